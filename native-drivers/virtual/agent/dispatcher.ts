import type { ChipHardware, FirmwareFactory } from '../chip/firmware.ts';
import { decodeMap, encodeMap, type SmpMap } from '#drivers/protocols/smp/cbor.ts';
import {
  MgmtError,
  OsCommand,
  SmpGroup,
  SmpOp,
  SMP_VERSION_LEGACY,
} from '#drivers/protocols/smp/constants.ts';
import {
  CHUNK_OVERHEAD,
  EnrolmentCommand,
  EnrolmentError,
  START_BAUD_RATE,
} from '#drivers/protocols/smp/enrolment.ts';
import type { SmpPacket } from '#drivers/protocols/smp/frame.ts';
import { writePacket } from '#drivers/protocols/smp/writer.ts';
import type { Handler } from './agent-identity.ts';
import { Device } from './device.ts';
import { agentFaults } from './faults.ts';
import { challenge, info, keys, lock } from './identity-commands.ts';
import { ObjectCommands } from './object-commands.ts';
import { AgentRefusal, refuse } from './refusal.ts';
import { rootCommands } from './root-commands.ts';

type Wire = Parameters<FirmwareFactory>[1];
type Handlers = Record<string, Handler>;

/** Largest packet, header included, and how many the agent keeps while it works on one. */
const BUFFER_BYTES = 1024;
const BUFFER_COUNT = 4;
const FAST_BAUD_RATE = 1_000_000;

const { read, write } = SmpOp;
const { os, enrolment } = SmpGroup;
const keyOf = (op: number, group: number, command: number): string => `${op}/${group}/${command}`;

/** One SMP packet after the other to its handler, in the order of arrival. */
export class Dispatcher {
  readonly #device: Device;
  readonly #wire: Wire;
  readonly #handlers: Handlers;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #stopped = false;
  #afterAnswer: (() => void) | null = null;

  constructor(hardware: ChipHardware, wire: Wire) {
    this.#device = new Device(hardware);
    this.#wire = wire;
    this.#handlers = { ...this.#osHandlers(), ...this.#identityHandlers(), ...this.#objectHandlers() };
  }

  start(): void {
    this.#device.identity.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#device.identity.stop();
  }

  /** A packet beyond the buffers is lost, as on a chip; the station sends it again. */
  take(packet: SmpPacket): void {
    if (this.#waiting >= BUFFER_COUNT) return;
    this.#waiting += 1;
    this.#tail = this.#tail.then(() => this.#serve(packet)).finally(() => (this.#waiting -= 1));
  }

  async #serve(packet: SmpPacket): Promise<void> {
    if (this.#stopped) return;
    const map = await this.#carryOut(packet).catch((error: unknown) => refusalMap(error, packet.version));
    // The reset line may have been pulled meanwhile.
    if (this.#isStopped() || this.#isUnanswered(packet)) return;
    const { version, group, sequence, command } = packet;
    const op = packet.op === read ? SmpOp.readResponse : SmpOp.writeResponse;
    this.#wire.send(
      writePacket({ op, version, flags: 0, group, sequence, command, payload: encodeMap(map) }),
    );
    this.#afterAnswer?.();
    this.#afterAnswer = null;
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  #isUnanswered({ group, command }: SmpPacket): boolean {
    const isLock = group === enrolment && command === EnrolmentCommand.lock;
    return isLock && agentFaults(this.#device.hardware.fault()).lockUnanswered;
  }

  async #carryOut(packet: SmpPacket): Promise<SmpMap> {
    const handler = this.#handlers[keyOf(packet.op, packet.group, packet.command)];
    if (handler === undefined) throw new AgentRefusal(os, MgmtError.notSupported);
    const map = packet.payload.length === 0 ? {} : decodeMap(packet.payload);
    if (map === null) throw new AgentRefusal(os, MgmtError.invalid);
    return handler(map);
  }

  #osHandlers(): Handlers {
    const echo: Handler = (map) => {
      if (typeof map['d'] !== 'string') throw new AgentRefusal(os, MgmtError.invalid);
      return { r: map['d'] };
    };
    return {
      [keyOf(read, os, OsCommand.echo)]: echo,
      [keyOf(write, os, OsCommand.echo)]: echo,
      [keyOf(read, os, OsCommand.parameters)]: () => ({ buf_size: BUFFER_BYTES, buf_count: BUFFER_COUNT }),
      [keyOf(write, os, OsCommand.reset)]: () => {
        this.#afterAnswer = () => this.#wire.reset();
        return {};
      },
    };
  }

  #identityHandlers(): Handlers {
    const device = this.#device;
    const own = (op: number, command: number) => keyOf(op, enrolment, command);
    return {
      [own(read, EnrolmentCommand.info)]: () => info(device, this.#maxBaudRate()),
      [own(write, EnrolmentCommand.challenge)]: (map) => challenge(device, map),
      [own(read, EnrolmentCommand.keys)]: () => keys(device),
      [own(write, EnrolmentCommand.lock)]: () => lock(device),
      [own(write, EnrolmentCommand.speed)]: (map) => this.#speed(map),
      ...Object.fromEntries(rootCommands(device).map(({ op, command, run }) => [own(op, command), run])),
    };
  }

  #objectHandlers(): Handlers {
    const objects = new ObjectCommands(this.#device, BUFFER_BYTES - CHUNK_OVERHEAD);
    const own = (op: number, command: number) => keyOf(op, enrolment, command);
    return {
      [own(read, EnrolmentCommand.csr)]: (map) => objects.readCsr(map),
      [own(write, EnrolmentCommand.chain)]: (map) => objects.writeChain(map),
      [own(read, EnrolmentCommand.chain)]: (map) => objects.readChain(map),
      [own(write, EnrolmentCommand.configuration)]: (map) => objects.writeConfiguration(map),
      [own(read, EnrolmentCommand.configuration)]: (map) => objects.readConfiguration(map),
      [own(write, EnrolmentCommand.secret)]: (map) => objects.writeSecret(map),
      [own(read, EnrolmentCommand.secret)]: () => objects.readSecrets(),
    };
  }

  #maxBaudRate(): number {
    return this.#wire.setBaudRate === undefined ? START_BAUD_RATE : FAST_BAUD_RATE;
  }

  #speed(map: SmpMap): SmpMap {
    const { baud } = map;
    if (typeof baud !== 'number' || ![START_BAUD_RATE, this.#maxBaudRate()].includes(baud))
      throw refuse(EnrolmentError.invalid);
    this.#afterAnswer = () => this.#wire.setBaudRate?.(baud);
    return { baud };
  }
}

/** Version 2 names group and code; version 1 knows the codes of SMP only. */
function refusalMap(error: unknown, version: number): SmpMap {
  const known =
    error instanceof AgentRefusal ? error : new AgentRefusal(enrolment, EnrolmentError.unknown, error);
  const { group, rc } = known;
  if (version !== SMP_VERSION_LEGACY) return { err: { group, rc } };
  if (group === os) return { rc };
  return { rc: rc === EnrolmentError.invalid ? MgmtError.invalid : MgmtError.badState };
}
