import type { Request } from '#contract/contract.ts';

type Draft = Request<'onboarding.add'>;
export type FileKey = 'crlFile' | 'aclFile' | 'caDirectory' | 'pidFile';

/** One path at the broker, with what it is for. */
export interface FileField {
  key: FileKey;
  label: string;
  help: string;
  needed: boolean;
}

const list = (needed: boolean): FileField => ({
  ...{ key: 'crlFile', label: 'Revocation list (crlfile)', needed },
  help: needed
    ? 'Keeps a revoked device out from the first byte'
    : 'Keeps a revoked device out from the first byte; empty: it may connect and do nothing',
});
const access: FileField = {
  ...{ key: 'aclFile', label: 'Access file (acl_file)', needed: true },
  help: 'Says which topics are whose; Rootline adds its lines and keeps the others',
};
const cas: FileField = {
  ...{ key: 'caDirectory', label: 'Folder of CAs (capath)', needed: true },
  help: 'This station’s CA is put there, so that the broker trusts it without a restart',
};
const pid = (needed: boolean): FileField => ({
  ...{ key: 'pidFile', label: 'Process id (pid_file)', needed },
  help: 'Whom to tell that files have changed',
});

/** The broker's files that each way needs or may use (docs/onboarding.md); they are on this machine, or a folder both see. */
export const FILES: Record<Draft['mode'], readonly FileField[]> = {
  devices: [list(false), pid(false)],
  'devices-by-file': [access, list(false), pid(true)],
  ca: [cas, access, list(true), pid(true)],
};

/** What was typed for another way, before this one was chosen, does not go along. */
export function onlyFilesOf(draft: Draft): Draft {
  const kept: Draft = { ...draft, crlFile: '', aclFile: '', caDirectory: '', pidFile: '' };
  for (const { key } of FILES[draft.mode]) kept[key] = draft[key].trim();
  return kept;
}
