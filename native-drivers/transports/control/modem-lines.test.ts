import { expect, it } from 'vitest';
import { openModemLines } from './modem-lines.ts';

interface Lines {
  dtr: boolean;
  rts: boolean;
}
interface Pins {
  enable: boolean;
  boot: boolean;
}

/** Table "Auto program" of Espressif's ESP8684-DevKitC-02 schematics: a set line is 0 there, a pin that is pulled low false. */
function autoProgram({ dtr, rts }: Lines): Pins {
  return { enable: !(rts && !dtr), boot: !(dtr && !rts) };
}

/** Two inverters, one a line. */
const straight = ({ dtr, rts }: Lines): Pins => ({ enable: !rts, boot: !dtr });

/** The pins of a board over time, from lines that an operating system has set at the open. */
function board(circuit: (lines: Lines) => Pins) {
  const seen: Pins[] = [circuit({ dtr: true, rts: true })];
  const modem = {
    set: (lines: Lines) => Promise.resolve(void seen.push(circuit(lines))),
    get: () => Promise.resolve({ cts: false, dsr: false }),
  };
  return { modem, seen };
}

/** A chip samples its boot pin as its enable pin rises. */
const sampled = (seen: readonly Pins[]): boolean[] =>
  seen.flatMap((pins, at) => (pins.enable && seen[at - 1]?.enable === false ? [pins.boot] : []));

const esp = { kind: 'modem-lines', reset: 'rts', mode: 'dtr' } as const;

it.each([
  ['cross-coupled transistors', autoProgram, true],
  ['one inverter a line', straight, false],
] as const)('with %s the chip samples boot, then run', async (_, circuit, crossCoupled) => {
  const { modem, seen } = board(circuit);
  const lines = await openModemLines(modem, { ...esp, crossCoupled });
  expect(seen.at(-1)).toEqual({ enable: true, boot: true });
  await lines.setMode('boot');
  await lines.reset();
  expect(sampled(seen.slice(2))).toEqual([false]);
  await lines.setMode('run');
  await lines.reset();
  expect(sampled(seen.slice(2))).toEqual([false, true]);
  expect(seen.at(-1)).toEqual({ enable: true, boot: true });
});

it('lines as on a plain adapter never reset a cross-coupled board into its boot ROM: the kinds are told apart', async () => {
  const { modem, seen } = board(autoProgram);
  const lines = await openModemLines(modem, esp);
  await lines.setMode('boot');
  await lines.reset();
  expect(sampled(seen.slice(2))).toEqual([]);
});

it('a port without modem lines is refused', async () => {
  const none = () => Promise.reject(new Error('ENOTTY'));
  await expect(openModemLines({ set: none, get: none }, esp)).rejects.toThrow();
});
