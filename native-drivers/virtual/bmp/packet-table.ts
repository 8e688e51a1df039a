import { MEMORY_MAP, PC, REGISTERS, TARGET_XML } from './documents.ts';
import { flashErase, flashWrite } from './flash-packets.ts';
import { debugRead, debugWrite } from './memory.ts';
import { monitor } from './monitor.ts';
import { PACKET_BYTES } from './packets.ts';
import { SWD_BYTE_NS, type Answer, type ProbeSession } from './session.ts';

type Handler = (probe: ProbeSession, text: string) => Answer | Promise<Answer>;

const NO_TARGET = 'EFF';
const STOPPED = 'T05thread:1;';
/** Half a packet buffer (src/gdb_main.c): each byte is two digits. */
const MOST_READ = PACKET_BYTES / 2;

const numbers = (text: string): number[] => text.split(/[,:;]/).map((word) => Number.parseInt(word, 16));
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const word = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes.toString('hex');
};

async function read(probe: ProbeSession, text: string): Promise<Answer> {
  const [address = 0, length = 0] = numbers(text);
  if (length > MOST_READ) return 'E02';
  await probe.busy(length * SWD_BYTE_NS);
  const bytes = debugRead(probe.part, address, length);
  return bytes === null ? 'E01' : Buffer.from(bytes).toString('hex');
}

/** What comes after the colon is the data, in hex or as it is. */
async function write(probe: ProbeSession, text: string, binary: boolean): Promise<Answer> {
  const [address = 0, length = 0] = numbers(text);
  const data = text.slice(text.indexOf(':') + 1);
  const bytes = binary ? bytesOf(data) : Uint8Array.from(Buffer.from(data, 'hex'));
  if (length > bytes.length) return 'E02';
  await probe.busy(length * SWD_BYTE_NS);
  return debugWrite(probe.part, address, bytes.subarray(0, length)) ? 'OK' : 'E01';
}

/** A stretch of a document: `m` where more follows, `l` with the last. */
function stretch(document: string, text: string): Answer {
  const [offset = 0, length = 0] = numbers(text);
  const rest = document.slice(offset);
  return rest.length > length ? `m${rest.slice(0, length)}` : `l${rest}`;
}

function attach(probe: ProbeSession, text: string): Answer {
  if (!probe.found || Number.parseInt(text, 16) !== 1) return 'E01';
  probe.attached = true;
  probe.resetCore();
  return STOPPED;
}

/** A part that was let go is taken again (src/gdb_main.c, `last_target`). */
function run(probe: ProbeSession): Answer {
  if (!probe.found) return 'E01';
  probe.attached = true;
  probe.resetCore();
  return STOPPED;
}

function detach(probe: ProbeSession): Answer {
  probe.attached = false;
  return 'OK';
}

/** CRC-32 as `compare-sections` computes it: most significant bit first, start FFFFFFFF. */
async function crc(probe: ProbeSession, text: string): Promise<Answer> {
  const [address = 0, length = 0] = numbers(text);
  await probe.busy(length * SWD_BYTE_NS);
  const bytes = debugRead(probe.part, address, length);
  if (bytes === null) return 'E03';
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum << 1) ^ (sum < 0 ? 0x04c11db7 : 0);
  }
  return `C${(sum >>> 0).toString(16)}`;
}

function writeRegister(probe: ProbeSession, text: string): Answer {
  const [number = '', value = ''] = text.split('=');
  const index = Number.parseInt(number, 16);
  if (index >= REGISTERS) return NO_TARGET;
  probe.registers[index] = Buffer.from(value, 'hex').readUInt32LE();
  return 'OK';
}

function writeRegisters(probe: ProbeSession, text: string): Answer {
  const bytes = Buffer.from(text, 'hex');
  for (let index = 0; index < REGISTERS && (index + 1) * 4 <= bytes.length; index += 1)
    probe.registers[index] = bytes.readUInt32LE(index * 4);
  return 'OK';
}

/** Again from the start, or stopped: a session that was cut off had left acknowledgements out. */
function supported(probe: ProbeSession): Answer {
  const offer = probe.host.faults.take('acks-only') === null ? ';QStartNoAckMode+' : '';
  return `PacketSize=${PACKET_BYTES.toString(16)};qXfer:memory-map:read+;qXfer:features:read+${offer}`;
}

function noAcknowledgements(probe: ProbeSession): Answer {
  probe.acknowledges = false;
  return 'OK';
}

function resume(probe: ProbeSession): Answer {
  probe.resume();
  return null;
}

const needsTarget =
  (handler: Handler): Handler =>
  (probe, text) =>
    probe.attached ? handler(probe, text) : NO_TARGET;

/** Packets of src/gdb_main.c of Black Magic Debug; the first that fits. What follows the name goes to the handler. */
const packets: [string, Handler][] = [
  ['qSupported', supported],
  ['QStartNoAckMode', noAcknowledgements],
  ['qXfer:memory-map:read::', (probe, text) => (probe.attached ? stretch(MEMORY_MAP, text) : 'E01')],
  ['qXfer:features:read:target.xml:', (_probe, text) => stretch(TARGET_XML, text)],
  ['qRcmd,', (probe, text) => monitor(probe, Buffer.from(text, 'hex').toString('latin1'))],
  ['qCRC:', needsTarget(crc)],
  ['qC', (probe) => (probe.attached ? 'QC1' : '')],
  ['qfThreadInfo', (probe) => (probe.attached ? 'm1' : 'l')],
  ['qsThreadInfo', () => 'l'],
  ['vAttach;', attach],
  ['vRun', run],
  ['vFlashErase:', (probe, text) => flashErase(probe, ...pair(text))],
  [
    'vFlashWrite:',
    (probe, text) => flashWrite(probe, numbers(text)[0] ?? 0, bytesOf(text.slice(text.indexOf(':') + 1))),
  ],
  ['vFlashDone', (probe) => (probe.attached ? 'OK' : NO_TARGET)],
  ['!', () => 'OK'],
  ['H', () => 'OK'],
  ['?', (probe) => (probe.attached ? STOPPED : 'W00')],
  ['g', needsTarget((probe) => probe.registers.map(word).join(''))],
  ['G', needsTarget(writeRegisters)],
  ['p', needsTarget((probe, text) => word(probe.registers[Number.parseInt(text, 16)] ?? 0))],
  ['P', needsTarget(writeRegister)],
  ['m', needsTarget(read)],
  ['M', needsTarget((probe, text) => write(probe, text, false))],
  ['X', needsTarget((probe, text) => write(probe, text, true))],
  ['Z', needsTarget(() => 'OK')],
  ['z', needsTarget(() => 'OK')],
  ['c', (probe) => (probe.attached ? resume(probe) : 'X1D')],
  [
    's',
    needsTarget((probe) => {
      probe.registers[PC] = (probe.registers[PC] ?? 0) + 2;
      return STOPPED;
    }),
  ],
  ['D', detach],
  ['R', (probe) => (run(probe), null)],
  ['k', (probe) => (detach(probe), null)],
];

function pair(text: string): [number, number] {
  const [first = 0, second = 0] = numbers(text);
  return [first, second];
}

/** The empty packet for what the probe does not know (appendix E.1). */
export function answerTo(probe: ProbeSession, packet: Uint8Array): Answer | Promise<Answer> {
  const text = Buffer.from(packet).toString('latin1');
  const found = packets.find(([name]) => text.startsWith(name));
  return found === undefined ? '' : found[1](probe, text.slice(found[0].length));
}
