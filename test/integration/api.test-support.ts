import { createHash, randomUUID, type KeyObject } from 'node:crypto';
import { api, type Answer as AnswerOf, type OperationName } from '#cloud/contract/api.ts';
import type { Operation } from '#cloud/contract/operation.ts';
import { inviteStation } from '#cloud/join/invite.ts';
import { join } from '#cloud/join/join.ts';
import { call, joinText, rootPem, TestStation, type Answer } from '#cloud/line/station-fixtures.ts';
import { signerOf } from '#cloud/pki/tenant-authority.ts';
import type { Cloud } from '#cloud/server/cloud.ts';
import { COURIER_CONTENT, type CourierUpHead } from '#protocol/courier-content.ts';
import { sealedParts, type SealedPart } from '#protocol/courier/part.ts';
import type { SealKeys } from '#protocol/courier/seal.ts';
import { newAuthority } from '#services/pki/pki-fixtures.ts';

export interface ApiRequest {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  bytes?: Buffer;
  headers?: Record<string, string>;
}

export type ApiAnswer = Omit<Answer, 'json'> & { json: unknown };

/** One call of an operation over HTTPS, as any program would make it. */
export function callApi(
  cloud: Cloud,
  name: OperationName,
  token: string | null,
  { params = {}, query = {}, body, bytes, headers = {} }: ApiRequest = {},
): Promise<ApiAnswer> {
  const { method, path, consumes } = api[name] as Operation;
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params[key] ?? '-'));
  const search = new URLSearchParams(query).toString();
  const sent = bytes ?? (body === undefined ? undefined : JSON.stringify(body));
  return call(`${cloud.publicUrl}${filled}${search === '' ? '' : `?${search}`}`, {
    ca: rootPem(cloud),
    method,
    ...(sent === undefined ? {} : { body: sent }),
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(sent === undefined ? {} : { 'content-type': consumes ?? 'application/json' }),
      ...headers,
    },
  });
}

/** A call that must succeed: its answer, by the schema of the operation. */
export async function ask<O extends OperationName>(
  cloud: Cloud,
  name: O,
  token: string | null,
  request: ApiRequest = {},
): Promise<AnswerOf<O>> {
  const { status, json, body } = await callApi(cloud, name, token, request);
  if (status !== 200) throw new Error(`${name}: ${status} ${body.toString()}`);
  return (api[name] as Operation).response.parse(json) as AnswerOf<O>;
}

/** A new token of a role, made over the API. */
export async function tokenOf(
  cloud: Cloud,
  admin: string,
  role: 'admin' | 'planner' | 'auditor',
): Promise<string> {
  const { token } = await ask(cloud, 'createToken', admin, { body: { label: `A ${role}`, role } });
  return token;
}

/** A station that has joined and can seal courier files, with the keys of both its certificates. */
export class CourierStation extends TestStation {
  readonly courierKey: KeyObject;
  readonly #lineKey: KeyObject;
  #last: { number: number; manifest: string } | null = null;

  private constructor(parts: ConstructorParameters<typeof TestStation>, courierKey: KeyObject) {
    super(...parts);
    this.#lineKey = parts[3];
    this.courierKey = courierKey;
  }

  static async join(cloud: Cloud, name: string): Promise<CourierStation> {
    const tenantId = cloud.tenant.id;
    const invitation = { tenantId, actor: 'test', name, courier: true };
    const { code } = await inviteStation(cloud.context, invitation);
    const authority = await newAuthority();
    const { sealed, key, courierKey } = joinText(code, authority, name);
    const membership = await join(cloud.context, tenantId, sealed);
    return new CourierStation([cloud, membership, authority, key], courierKey);
  }

  /** Seals lines of the chain into the next transfer. `from`: the place before the first. */
  async seal(
    lines: readonly string[],
    head: Partial<CourierUpHead> = {},
    maxPartBytes?: number,
  ): Promise<SealedPart[]> {
    const { stationId, stationName, tenant, credentials, tenantCourier } = this.membership;
    const from = { epoch: 1, position: this.place.position - lines.length, hash: '0'.repeat(64) };
    const first: CourierUpHead = {
      ...{ head: 'rootline-courier-up/1', name: stationName, version: '0.1.0', from, until: this.place },
      ...{ applied: 0, renew: null },
      ...head,
    };
    const transfer = {
      ...{
        transferId: randomUUID(),
        direction: 'up' as const,
        tenant: tenant.id,
        contentType: COURIER_CONTENT.up,
      },
      from: { kind: 'station' as const, id: stationId, name: stationName },
      to: { kind: 'cloud' as const, id: tenant.id, name: 'Cloud' },
      ...{ number: (this.#last?.number ?? 0) + 1, previous: this.#last?.manifest ?? null },
      madeAt: new Date().toISOString(),
    };
    const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
    const keys: SealKeys = {
      signer: signerOf(this.#lineKey),
      chain: [credentials.certificate, ...credentials.chain].map(bytes),
      addressee: bytes(tenantCourier[0] ?? ''),
    };
    const source = { framing: 'lines' as const, lines: [JSON.stringify(first), ...lines] };
    const parts: SealedPart[] = [];
    for await (const part of sealedParts(transfer, source, keys, maxPartBytes)) parts.push(part);
    this.#last = { number: transfer.number, manifest: parts.at(-1)?.manifest ?? '' };
    return parts;
  }
}

export const sha256Hex = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A job.json with one file, as the cloud reads it. */
export function jobOf(files: { file: string; sha256: string }[], revision = 12): string {
  const artefacts = Object.fromEntries(files.map((each, index) => [`part${index}`, each]));
  return JSON.stringify({ format: 'rootline-job/1', id: 'TH4', name: 'Thermostat v4', revision, artefacts });
}
