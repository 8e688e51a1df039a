import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { verifyFolder, VerificationError } from '#services/records/verify-folder.ts';

const usage = 'Usage: verify <folder> [--root root.pem] [--json]';

interface Answer {
  ok: boolean;
  [field: string]: string | number | boolean;
}

function sentence(answer: Answer): string {
  if (!answer.ok) return `FAIL ${String(answer['file'])}: ${String(answer['reason'])}`;
  const { units, files, lot, station, rootSha256, rootGiven } = answer;
  const trust = rootGiven ? 'your root' : 'the root in chain.pem, compare it';
  return `OK ${units} units, ${files} files, lot ${lot}, station ${station}; root ${rootSha256} (${trust})`;
}

async function check(folder: string, rootFile: string | undefined): Promise<Answer> {
  try {
    const anchor = rootFile === undefined ? null : await readFile(rootFile, 'utf8');
    return { ok: true, ...(await verifyFolder(folder, anchor)) };
  } catch (error) {
    if (error instanceof VerificationError) return { ok: false, file: error.file, reason: error.message };
    throw error;
  }
}

const options = { root: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } } as const;
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const [folder, ...more] = positionals;
if (values.help === true) console.log(usage);
else if (folder === undefined || more.length > 0) {
  console.error(usage);
  process.exitCode = 2;
} else {
  const answer = await check(folder, values.root);
  console.log(values.json === true ? JSON.stringify(answer) : sentence(answer));
  process.exitCode = answer.ok ? 0 : 1;
}
