import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { invitation, membership as membershipShape } from '#protocol/join.ts';
import type { SettingsRepository } from '#store/api.ts';
import { der, keyPair, readSetting, SETTING, type Membership } from '../membership.ts';
import { checkInvitation, type Invited } from './invitation.ts';
import { checkAnswer, sealRequest, type JoinParts } from './join.ts';
import { joinError } from './join-error.ts';
import { newestIn } from './newest-file.ts';

/** None of the three files comes near this. */
const LARGEST_FILE = 512 * 1024;

/** What was asked for by file, until the answer comes. */
const asked = z.strictObject({ invitation, root: z.base64(), keys: keyPair });

async function readJson(path: string, ending: string): Promise<unknown> {
  let file = path;
  try {
    file = await newestIn(path, ending);
    const { size } = await stat(file);
    if (size <= LARGEST_FILE) return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw joinError('join-file', { file }, cause);
  }
  throw joinError('join-file', { file });
}

/** An invitation from a stick, by its name or the newest in a folder: its fingerprint is to be compared. */
export async function readInvitation(file: string): Promise<Invited> {
  return checkInvitation(await readJson(file, '.rootline-invitation'));
}

/** Whole or not there: a stick may be pulled at any moment. */
async function writeWhole(file: string, text: string): Promise<void> {
  const part = `${file}.part`;
  try {
    await writeFile(part, text, { flush: true, mode: 0o600 });
    await rename(part, file);
  } catch (cause) {
    throw joinError('join-file', { file }, cause);
  }
}

/** Writes the request for the stick; the keys and what was asked for stay here. Returns the file. */
export async function writeRequest(
  parts: JoinParts & { settings: SettingsRepository },
  wanted: { file: string; fingerprint: string; code: string; folder: string; actor: string },
): Promise<string> {
  const invited = await readInvitation(wanted.file);
  if (invited.fingerprint !== wanted.fingerprint)
    throw joinError('join-fingerprint', { found: invited.fingerprint });
  const { keys, sealed } = await sealRequest(parts, wanted.code);
  const root = invited.root.toString('base64');
  const pending = JSON.stringify({ invitation: invited.invitation, root, keys } satisfies z.infer<
    typeof asked
  >);
  await parts.settings.set(SETTING.joining, pending, wanted.actor);
  const file = join(wanted.folder, `rootline-join-${parts.name.replaceAll(/[^\w-]+/g, '-')}.json`);
  await writeWhole(file, JSON.stringify(sealed));
  return file;
}

/** The cloud's answer from a stick, checked against what was asked for. */
export async function readMembershipFile(
  parts: JoinParts & { settings: SettingsRepository },
  file: string,
): Promise<Membership> {
  const pending = await readSetting(parts.settings, SETTING.joining, asked);
  if (pending === null) throw joinError('join-no-request');
  const read = membershipShape.safeParse(await readJson(file, '.rootline-membership'));
  if (!read.success) throw joinError('join-file', { file }, read.error);
  return checkAnswer(parts, { ...pending, root: der(pending.root) }, read.data);
}
