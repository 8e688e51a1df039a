import { createHash } from 'node:crypto';
import {
  ImageCommand,
  ImageError,
  MgmtError,
  OsCommand,
  SmpGroup,
  SmpOp,
} from '#drivers/protocols/smp/constants.ts';
import type { SmpMap } from '#drivers/protocols/smp/cbor.ts';
import { EnrolmentCommand } from '#drivers/protocols/smp/enrolment.ts';
import type { ChipTime, SerialHost } from '../chip/serial-chip.ts';
import { enrolmentInfo, osHandlers } from './common.ts';
import { listImages, setImageState } from './image-state.ts';
import { SLOT_BYTES, SLOT_STARTS, type SmpPart } from './part.ts';
import { Refused } from './refused.ts';
import { keyOf, SmpServer, type Handlers } from './server.ts';
import { pieceOf, SlotWriter, type Piece } from './upload.ts';

/** A `smp_svr` sample built for speed: CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE and _COUNT. */
const BUFFER_BYTES = 1024;
const BUFFERS = 4;
const MAGIC = 0x96f3b83d;
const HEADER_BYTES = 32;

/** Zephyr's SMP server in the running application (subsys/mgmt/mcumgr/grp/img_mgmt): uploads go to slot 1. */
export function startServer(host: SerialHost<SmpPart>, time: ChipTime<SmpPart>): SmpServer {
  const application = new Application(host, () => server);
  const server: SmpServer = new SmpServer(host, time, {
    // One of them is for the answer.
    buffers: Math.max(1, application.buffers - 1),
    versionTwo: !host.part.builds.has('app-version-1'),
    handlers: { ...osHandlers(() => server), ...application.handlers() },
  });
  return server;
}

class Application {
  readonly buffers: number;
  private readonly host: SerialHost<SmpPart>;
  private readonly server: () => SmpServer;
  private writer: SlotWriter | null = null;
  private sha = '';

  constructor(host: SerialHost<SmpPart>, server: () => SmpServer) {
    this.host = host;
    this.server = server;
    this.buffers = host.part.builds.has('one-buffer') ? 1 : BUFFERS;
  }

  handlers(): Handlers {
    const { read, write } = SmpOp;
    const { os, image, enrolment } = SmpGroup;
    const { part } = this.host;
    const slots = ([0, 1] as const).map((slot) => ({ slot, size: SLOT_BYTES }));
    return {
      [keyOf(read, os, OsCommand.parameters)]: () => ({ buf_size: BUFFER_BYTES, buf_count: this.buffers }),
      [keyOf(read, image, ImageCommand.state)]: () => this.list(),
      [keyOf(write, image, ImageCommand.state)]: (map) => this.set(map),
      [keyOf(write, image, ImageCommand.upload)]: (map) => this.upload(map),
      [keyOf(write, image, ImageCommand.erase)]: (map) => this.erase(map),
      [keyOf(read, image, ImageCommand.slotInfo)]: () => ({ images: [{ image: 0, slots }] }),
      [keyOf(read, enrolment, EnrolmentCommand.info)]: () => enrolmentInfo(part),
    };
  }

  private list(): SmpMap {
    return listImages(this.host.part, { hash: true, flags: true });
  }

  private set(map: SmpMap): SmpMap | Promise<SmpMap> {
    const confirm = map['confirm'] === true;
    const { part, faults } = this.host;
    if (confirm && faults.take('confirm-lost') !== null) this.server().sayNothing();
    else setImageState(part, map);
    if (confirm && faults.take('confirm-silent') !== null) {
      this.host.fallSilent();
      return new Promise<never>(() => undefined);
    }
    return this.list();
  }

  private async erase({ slot = 1 }: SmpMap): Promise<SmpMap> {
    if (slot !== 1) throw new Refused(MgmtError.invalid, ImageError.noFreeSlot);
    this.refuseInUse();
    await new SlotWriter(this.server(), 1, SLOT_BYTES).eraseTo(SLOT_BYTES);
    return {};
  }

  private refuseInUse(): void {
    if (this.host.part.swap !== 'none') throw new Refused(MgmtError.badState, ImageError.noFreeSlot);
  }

  /** A piece at another offset is dropped and the wanted one named; the same image again goes on where it broke off. */
  private async upload(map: SmpMap): Promise<SmpMap> {
    const piece = pieceOf(map);
    if (piece.off === 0 && !this.resumes(piece)) this.open(piece);
    const { writer } = this;
    if (writer === null || piece.off !== writer.had) return { off: writer?.had ?? 0 };
    await writer.write(piece.data);
    if (!writer.done) return { off: writer.had };
    this.writer = null;
    return { off: writer.had, match: this.matches(writer) };
  }

  private resumes({ sha }: Piece): boolean {
    return this.writer !== null && sha !== '' && sha === this.sha;
  }

  private open({ len, data, sha, image }: Piece): void {
    if (image !== 0) throw new Refused(MgmtError.noEntry, ImageError.noFreeSlot);
    if (len === null || data.length < HEADER_BYTES)
      throw new Refused(MgmtError.invalid, ImageError.invalidHeader);
    if (Buffer.from(data).readUInt32LE() !== MAGIC)
      throw new Refused(MgmtError.unknown, ImageError.invalidMagic);
    if (len > SLOT_BYTES) throw new Refused(MgmtError.unknown, ImageError.tooLarge);
    this.refuseInUse();
    this.writer = new SlotWriter(this.server(), 1, len);
    this.sha = sha;
  }

  private matches({ size }: SlotWriter): boolean {
    const bytes = this.host.part.flash.read(SLOT_STARTS[1], size);
    return createHash('sha256').update(bytes).digest('hex') === this.sha;
  }
}
