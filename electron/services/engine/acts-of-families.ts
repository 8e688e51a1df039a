import { randomBytes } from 'node:crypto';
import type { RecipePhase } from '#services/recipe.ts';
import { filesOf, need, type Act } from './act.ts';
import { RunError } from './run-error.ts';

type Operation =
  | 'start-firmware'
  | 'inject-key'
  | 'generate-key'
  | 'set-user-key'
  | 'set-boundary'
  | 'protect'
  | 'move-lifecycle'
  | 'burn'
  | 'join-network';

const word = ({ params }: RecipePhase, name: string): string => String(params[name]);
const count = ({ params }: RecipePhase, name: string): number => Number(params[name]);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The part took the key and does not confirm it. */
function confirmed(slot: string, verified: boolean): void {
  if (!verified) throw new RunError('verify-mismatch', { slot });
}

const injectKey: Act = async (context) => {
  const slot = word(context.phase, 'slot');
  const wrapped = need(filesOf(context)[0], 'wrapped key');
  const { output, measurements } = await context.drive('inject-key', { slot, wrapped });
  confirmed(slot, output.verified);
  return { body: { slot, verified: true }, measurements };
};

const generateKey: Act = async ({ phase, drive }) => {
  const [slot, bytes] = [word(phase, 'slot'), count(phase, 'bytes')];
  const { output, measurements } = await drive('generate-key', { slot, bytes });
  confirmed(slot, output.verified);
  return { body: { slot, keyBytes: bytes, verified: true }, measurements };
};

/** Drawn for this one part, sent, and forgotten: it is written down nowhere, neither here nor in the journal. */
const setUserKey: Act = async ({ phase, drive }) => {
  const [slot, bytes] = [word(phase, 'slot'), count(phase, 'bytes')];
  const key = Uint8Array.from(randomBytes(bytes));
  try {
    const { output, measurements } = await drive('set-user-key', { slot, key });
    confirmed(slot, output.verified);
    return { body: { slot, keyBytes: bytes, verified: true }, measurements };
  } finally {
    key.fill(0);
  }
};

const setBoundary: Act = async ({ phase, drive }) => {
  const regions = Object.fromEntries(
    Object.entries(phase.params).map(([name, value]) => [name, Number(value)]),
  );
  const { output, measurements } = await drive('set-boundary', { regions });
  const wrong = Object.keys(regions).find((name) => output.regions[name] !== regions[name]);
  if (wrong !== undefined) throw new RunError('verify-mismatch', { region: wrong });
  return { body: { regions: output.regions }, measurements };
};

/** What it reads back stands in the evidence; the step is not repeated, whatever came of it. */
const burn: Act = async (context) => {
  const fuse = word(context.phase, 'fuse');
  const given = context.phase.params['value'];
  const value =
    typeof given === 'string'
      ? Uint8Array.from(Buffer.from(given, 'hex'))
      : need(filesOf(context)[0], 'fuse value');
  const { output, measurements } = await context.drive('burn', { fuse, value });
  return { body: { fuse, value: hex(output.value) }, measurements };
};

/** What other families than the RA8 can be asked for. Each reads back what it did, or its driver does. */
export const otherActs: Readonly<Record<Operation, Act>> = {
  'start-firmware': async ({ drive }) => {
    const { measurements } = await drive('start-firmware', {});
    return { body: {}, measurements };
  },
  'join-network': async ({ phase, drive }) => {
    const network = word(phase, 'network');
    const { measurements } = await drive('join-network', { network });
    return { body: { network }, measurements };
  },
  'inject-key': injectKey,
  'generate-key': generateKey,
  'set-user-key': setUserKey,
  'set-boundary': setBoundary,
  protect: async ({ phase, drive }) => {
    const level = word(phase, 'level');
    const { output, measurements } = await drive('protect', { level });
    return { body: { level, lifecycle: output }, measurements };
  },
  'move-lifecycle': async ({ phase, drive }) => {
    const to = word(phase, 'to');
    const { output, measurements } = await drive('move-lifecycle', { to });
    return { body: { to, lifecycle: output }, measurements };
  },
  burn,
};
