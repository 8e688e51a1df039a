import { damaged, said, type Words } from '#drivers/core/decoder.ts';
import * as detail from './command-details.ts';
import { OK } from './constants.ts';

/** Words of a command, and what will be made of its answer. */
export interface Spoken {
  name: string;
  words: Words;
  answer: (response: Buffer) => Words;
}

/** `asked` of a command of `bytes` at least; `told` of its answer: two bytes at least. */
interface Shape {
  name: string;
  /** `status`: the answer's second byte says how it went; `mode`: 0 is a failure (DAP_Connect); `plain`: it does not. */
  answer: 'status' | 'mode' | 'plain';
  bytes: number;
  asked: (command: Buffer) => string;
  told: (response: Buffer, command: Buffer) => string;
}

/** Status of a command that failed (CMSIS-DAP 2.1, "Response Status"). */
const ERROR = 0xff;
const nothing = (): string => '';
const NOTHING = Buffer.alloc(0);

const shape = (name: string, bytes = 1, rest: Partial<Shape> = {}): Shape => ({
  ...{ name: `DAP_${name}`, answer: 'status', bytes, asked: nothing, told: nothing },
  ...rest,
});
const plain = (name: string, bytes = 1, rest: Partial<Shape> = {}): Shape =>
  shape(name, bytes, { ...rest, answer: 'plain' });
const VENDOR = Array.from({ length: 32 }, (_, index): [number, Shape] => [
  0x80 + index,
  plain(`Vendor${index}`),
]);

/**
 * By command id (CMSIS-DAP 2.1, "CMSIS-DAP Commands"; the numbers of SWO and UART from DAP.h of its reference source). The
 * length is what the page of the command has before anything that may be left out.
 */
const SHAPES: ReadonlyMap<number, Shape> = new Map([
  [0x00, plain('Info', 2, { asked: detail.infoName, told: detail.infoTold })],
  [0x01, shape('HostStatus', 3, { asked: detail.hostStatus })],
  [0x02, shape('Connect', 2, { answer: 'mode', asked: detail.portOf, told: detail.portOf })],
  [0x03, shape('Disconnect')],
  [0x04, shape('TransferConfigure', 6, { asked: detail.transferConfigure })],
  [0x08, shape('WriteABORT', 6, { asked: detail.abortValue })],
  [0x09, shape('Delay', 3, { asked: detail.delay })],
  [0x0a, shape('ResetTarget', 1, { told: detail.resetDone })],
  [0x10, plain('SWJ_Pins', 7, { asked: detail.pinsAsked, told: detail.pinsNow })],
  [0x11, shape('SWJ_Clock', 5, { asked: detail.clock })],
  [0x12, shape('SWJ_Sequence', 2, { asked: detail.sequence })],
  [0x13, shape('SWD_Configure', 2, { asked: detail.swdConfigure })],
  [0x14, shape('JTAG_Sequence', 2, { asked: detail.inside })],
  [0x15, shape('JTAG_Configure', 2, { asked: detail.inside })],
  [0x16, shape('JTAG_IDCODE', 2, { told: detail.idcode })],
  [0x17, plain('SWO_Transport')],
  [0x18, plain('SWO_Mode')],
  [0x19, plain('SWO_Baudrate')],
  [0x1a, plain('SWO_Control')],
  [0x1b, plain('SWO_Status')],
  [0x1c, plain('SWO_Data')],
  [0x1d, shape('SWD_Sequence', 2, { asked: detail.inside })],
  [0x1e, plain('SWO_ExtendedStatus')],
  [0x1f, plain('UART_Transport')],
  [0x20, plain('UART_Configure')],
  [0x21, plain('UART_Transfer')],
  [0x22, plain('UART_Control')],
  [0x23, plain('UART_Status')],
  [0x7e, plain('QueueCommands', 2, { asked: detail.inside })],
  [0x7f, plain('ExecuteCommands', 2, { asked: detail.inside })],
  ...VENDOR,
]);

/** Null: no command of the document. */
export function commandWords(command: Buffer): Spoken | null {
  const found = SHAPES.get(command[0] ?? -1);
  if (found === undefined) return null;
  const { name, bytes, asked } = found;
  const whole = command.length >= bytes;
  return {
    name,
    words: whole ? said(name, asked(command)) : damaged(name),
    answer: (response) => answerWords(found, response, whole ? command : NOTHING),
  };
}

/** Answer to a command that was not seen. Null: none of the document. */
export function strayWords(response: Buffer): Words | null {
  const found = SHAPES.get(response[0] ?? -1);
  return found === undefined ? null : answerWords(found, response, NOTHING);
}

function answerWords({ name, answer, told }: Shape, response: Buffer, command: Buffer): Words {
  const status = response[1];
  if (status === undefined) return damaged(name);
  return said(`${outcome(answer, status)} ${name}`, told(response, command));
}

function outcome(kind: Shape['answer'], status: number): string {
  if (kind === 'plain') return 'Answer';
  if (kind === 'mode') return status === 0 ? 'Error' : 'OK';
  if (status === OK) return 'OK';
  return status === ERROR ? 'Error' : `Status ${status}`;
}
