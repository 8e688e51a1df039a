import { OPTCR_OPEN, optionWord, writeOptions } from './memory.ts';
import { MASS_ERASE_NS, OPTION_NS, type Answer, type ProbeSession } from './session.ts';

/** False: the command failed. */
type Command = (probe: ProbeSession, words: readonly string[]) => boolean | Promise<boolean>;

/** Names by product id, as src/target/stm32f4.c of Black Magic Debug gives them. */
const DRIVERS: Partial<Record<number, string>> = { 0x413: 'STM32F40x', 0x411: 'STM32F2', 0x419: 'STM32F42x' };

function version(probe: ProbeSession): boolean {
  probe.tell('Black Magic Probe v1.10.2 (simulated), Hardware Version 3\n');
  return true;
}

function scan(probe: ProbeSession): boolean {
  probe.found = true;
  probe.tell('Target voltage: 3.3V\n');
  return targets(probe);
}

function targets(probe: ProbeSession): boolean {
  probe.tell('Available Targets:\nNo. Att Driver\n');
  const name = DRIVERS[probe.part.productId] ?? 'ARM Cortex-M';
  probe.tell(probe.found ? ` 1   ${probe.attached ? '*' : ' '}  ${name} M4\n` : 'No usable targets found.\n');
  return probe.found;
}

/** Of the line, not of the core: the probe forgets what it had found. */
function reset(probe: ProbeSession): boolean {
  probe.found = false;
  probe.attached = false;
  return true;
}

async function eraseMass(probe: ProbeSession): Promise<boolean> {
  if (probe.part.readoutProtected) return false;
  probe.tell('Erasing device Flash: ');
  await probe.busy(MASS_ERASE_NS);
  probe.part.eraseAll();
  probe.tell('done\n');
  return true;
}

/** `option erase`, `option write <OPTCR>`; then it says what the part holds. */
async function option(probe: ProbeSession, words: readonly string[]): Promise<boolean> {
  const [, what = '', value = ''] = words;
  const word = what === 'erase' ? OPTCR_OPEN : Number(value);
  if (what === 'erase' || (what === 'write' && Number.isInteger(word) && value !== '')) {
    const { part, host } = probe;
    probe.tell('Erasing flash\nThis may take a few seconds...\n');
    await probe.busy(part.readoutProtected ? MASS_ERASE_NS + OPTION_NS : OPTION_NS);
    if (host.faults.take('lock-lost') === null) writeOptions(part, word);
    probe.resetCore();
    probe.tell('\n');
  } else probe.tell('usage: monitor option erase\nusage: monitor option write <OPTCR>\n');
  probe.tell(`OPTCR: 0x${optionWord(probe.part).toString(16).padStart(8, '0')}\n`);
  return true;
}

const general: [string, Command][] = [
  ['version', version],
  ['swdp_scan', scan],
  ['swd_scan', scan],
  ['auto_scan', scan],
  ['targets', targets],
  ['reset', reset],
];
const ofTheTarget: [string, Command][] = [
  ['erase_mass', eraseMass],
  ['option', option],
];

const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');

/** The first command that begins with what was typed, as GDB itself does it (src/command.c). */
export async function monitor(probe: ProbeSession, line: string): Promise<Answer> {
  const words = line.trim().split(/\s+/);
  const known = probe.attached ? [...general, ...ofTheTarget] : general;
  const command = known.find(([name]) => words[0] !== '' && name.startsWith(words[0] ?? ''));
  if (command === undefined) return '';
  return (await command[1](probe, words)) ? 'OK' : hex('Failed\n');
}
