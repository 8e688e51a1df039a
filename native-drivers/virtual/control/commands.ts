import type { Site } from '../site.ts';
import type { BenchAnswer, BenchRefusal } from './messages.ts';

type Run = (site: Site, words: string[]) => BenchAnswer;

/** The words of the control socket. `watch` is the connection's own affair. */
const COMMANDS: Partial<Record<string, Run>> = {
  reset: (site) => {
    site.chip.reset();
    return { ok: true };
  },
  md: (site, [level]) => {
    if (level !== 'low' && level !== 'high') return refuse('bad-argument', 'md low or md high');
    site.chip.modePin = level;
    return { ok: true };
  },
  power: (site, [state]) => {
    if (state !== 'on' && state !== 'off') return refuse('bad-argument', 'power on or power off');
    site.chip.setPower(state === 'on');
    return { ok: true };
  },
  insert: (site, [uid]) => {
    const digits = site.uidBytes * 2;
    if (uid !== undefined && (uid.length !== digits || !/^[0-9a-f]+$/i.test(uid)))
      return refuse('bad-argument', `a unique id has ${digits} hex digits`);
    const inserted = site.insert(uid === undefined ? undefined : Buffer.from(uid, 'hex'));
    if (!inserted) return refuse('part-present', 'A part is in the socket already.');
    return { ok: true, uid: site.status().uid };
  },
  remove: (site) => (site.remove() ? { ok: true } : refuse('no-part', 'The socket is empty.')),
  cable: (site, [state]) => {
    if (state !== 'pull' && state !== 'plug') return refuse('bad-argument', 'cable pull or cable plug');
    if (state === 'pull') site.pull();
    else site.plug();
    return { ok: true, port: site.port };
  },
  fault: (site, words) => {
    const line = words.join(' ');
    if (line === 'clear') site.clearFaults();
    else if (!site.arm(line)) return refuse('bad-argument', `No fault is called ${words[0] ?? 'nothing'}.`);
    return { ok: true, faults: site.status().faults };
  },
  temperature: (site, [celsius]) => {
    const value = Number(celsius);
    if (celsius === undefined || !Number.isFinite(value)) return refuse('bad-argument', 'degrees Celsius');
    site.chip.temperature = value;
    return { ok: true };
  },
  flash: (site) => readFlash(site),
  status: (site) => ({ ok: true, ...site.status() }),
  clock: (site, [word]) => {
    if (word !== undefined && word !== 'reset') return refuse('bad-argument', 'clock or clock reset');
    return { ok: true, clock: word === 'reset' ? site.resetClock() : site.readClock() };
  },
};

/** Carries out one line. */
export function runCommand(site: Site, line: string): BenchAnswer {
  const [word = '', ...words] = line.trim().split(/\s+/);
  const run = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  return run === undefined
    ? refuse('unknown-command', `No command is called ${word || 'nothing'}.`)
    : run(site, words);
}

/** Only what stands in data flash: a PUF keeps no key there, so nothing secret can leave by this. */
function readFlash({ chip }: Site): BenchAnswer {
  if (chip.dataFlash === undefined) return refuse('unsupported', 'This chip has no data flash.');
  const flash = chip.dataFlash();
  if (flash === null || chip.part === null) return refuse('no-part', 'The socket is empty.');
  return {
    ok: true,
    uid: Buffer.from(chip.part.uid).toString('hex'),
    address: flash.address,
    data: Buffer.from(flash.bytes).toString('base64'),
    ...chip.lifecycle(),
  };
}

function refuse(error: BenchRefusal['error'], message: string): BenchRefusal {
  return { ok: false, error, message };
}
