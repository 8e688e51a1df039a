import { operations } from 'virtual:operations';
import type { Answer, Body, OperationName, Params, Query } from '#cloud/contract/api.ts';
import { lineLost, lineOpen } from './line.ts';
import { CallError, lost, refusal } from './problem.ts';
import { useSession } from './session.ts';

type Part<Name extends string, T> =
  Record<string, never> extends T ? { [P in Name]?: T } : { [P in Name]: T };
/** What an operation is called with: address parts, query, body; those without a required field may be left out. */
export type Request<O extends OperationName> = Part<'params', Params<O>> &
  Part<'query', Query<O>> &
  Part<'body', Body<O>>;
interface AnyRequest {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}

/** Longest wait for an answer, milliseconds. */
const PATIENCE = 20_000;

/** The address of an operation with its parts filled in; empty filters are left out. */
export function addressOf(name: OperationName, { params = {}, query = {} }: AnyRequest): string {
  const path = operations[name].path.replaceAll(/\{(\w+)\}/g, (_, key: string) =>
    encodeURIComponent(String(params[key])),
  );
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (typeof value === 'number' || (typeof value === 'string' && value !== ''))
      search.set(key, String(value));
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

/** One typed call. Throws a CallError; a session that has ended takes the window back to sign-in. */
export async function call<O extends OperationName>(name: O, request: Request<O>): Promise<Answer<O>> {
  const { method } = operations[name];
  const { body } = request as AnyRequest;
  const response = await send(addressOf(name, request), {
    method,
    ...(body === undefined && method !== 'POST'
      ? {}
      : { body: JSON.stringify(body ?? {}), headers: { 'Content-Type': 'application/json' } }),
  });
  lineOpen();
  return (await answerOf(response)) as Answer<O>;
}

async function send(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { ...init, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
  } catch (cause) {
    lineLost();
    throw lost(cause);
  }
}

async function answerOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body;
  throw refused(response.status, body);
}

/** The error of an answer that is a refusal. */
export function refused(status: number, body: unknown): CallError {
  if (status === 401 && useSession.getState().session !== null) useSession.setState({ session: null });
  return refusal(status, body);
}
