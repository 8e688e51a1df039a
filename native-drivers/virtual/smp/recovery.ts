import { ImageCommand, MgmtError, OsCommand, SmpGroup, SmpOp } from '#drivers/protocols/smp/constants.ts';
import type { SmpMap } from '#drivers/protocols/smp/cbor.ts';
import { EnrolmentCommand } from '#drivers/protocols/smp/enrolment.ts';
import { ChipTime, type SerialHost } from '../chip/serial-chip.ts';
import { enrolmentInfo, osHandlers } from './common.ts';
import { listImages, setImageState } from './image-state.ts';
import { toUnknown } from './old-recovery.ts';
import { SLOT_BYTES, type SmpPart } from './part.ts';
import { Refused } from './refused.ts';
import { keyOf, SmpServer, type Handlers } from './server.ts';
import { pieceOf, SlotWriter } from './upload.ts';

/** MCUBOOT_SERIAL_MAX_RECEIVE_SIZE as Zephyr sets it by default; the boot loader has one such buffer. */
const BUFFER_BYTES = 1024;
const BUFFERS = 1;

/** MCUboot's serial recovery (mcu-tools/mcuboot, boot/boot_serial/src/boot_serial.c): uploads go straight to slot 0. */
export function startRecovery(host: SerialHost<SmpPart>): SmpServer {
  const recovery = new Recovery(host.part, () => server);
  const old = host.part.builds.has('plain-recovery');
  const server: SmpServer = new SmpServer(host, new ChipTime(host), {
    buffers: BUFFERS,
    versionTwo: !old,
    handlers: { ...osHandlers(() => server, { echo: !old }), ...recovery.handlers() },
    ...(old ? { toUnknown: toUnknown(() => server) } : {}),
  });
  return server;
}

class Recovery {
  private readonly part: SmpPart;
  private readonly server: () => SmpServer;
  private writer: SlotWriter | null = null;

  constructor(part: SmpPart, server: () => SmpServer) {
    this.part = part;
    this.server = server;
  }

  handlers(): Handlers {
    const { read, write } = SmpOp;
    const { os, image, enrolment } = SmpGroup;
    const { builds } = this.part;
    return {
      [keyOf(write, os, OsCommand.consoleEcho)]: () => ({ rc: MgmtError.ok }),
      [keyOf(read, image, ImageCommand.state)]: () => this.list(),
      [keyOf(write, image, ImageCommand.upload)]: (map) => this.upload(map),
      ...(builds.has('plain-recovery')
        ? { [keyOf(write, image, ImageCommand.state)]: () => this.list() }
        : this.later()),
      ...(builds.has('image-state') ? { [keyOf(write, image, ImageCommand.state)]: this.set } : {}),
      ...(builds.has('no-uid') || builds.has('plain-recovery')
        ? {}
        : { [keyOf(read, enrolment, EnrolmentCommand.info)]: () => enrolmentInfo(this.part) }),
    };
  }

  private later(): Handlers {
    const { os, image } = SmpGroup;
    const slots = [
      { slot: 0, size: SLOT_BYTES, upload_image_id: 0 },
      { slot: 1, size: SLOT_BYTES },
    ];
    return {
      [keyOf(SmpOp.read, os, OsCommand.parameters)]: () => ({ buf_size: BUFFER_BYTES, buf_count: BUFFERS }),
      [keyOf(SmpOp.read, image, ImageCommand.slotInfo)]: () => ({ images: [{ image: 0, slots }] }),
    };
  }

  private list(): SmpMap {
    const { builds } = this.part;
    return listImages(this.part, { hash: !builds.has('plain-recovery'), flags: builds.has('image-state') });
  }

  private readonly set = (map: SmpMap): SmpMap => {
    setImageState(this.part, map);
    return this.list();
  };

  /** A piece at another offset than the expected one is not written: the answer names that one. */
  private async upload(map: SmpMap): Promise<SmpMap> {
    const { image, off, len, data } = pieceOf(map);
    if (image > 1) throw new Refused(MgmtError.noEntry);
    if (off === 0) await this.open(len);
    const { writer } = this;
    if (writer === null || off !== writer.had) return { rc: MgmtError.ok, off: writer?.had ?? 0 };
    await writer.write(data);
    return { rc: MgmtError.ok, off: writer.had };
  }

  private async open(len: number | null): Promise<void> {
    if (len === null || len > SLOT_BYTES) throw new Refused(MgmtError.invalid);
    this.writer = new SlotWriter(this.server(), 0, len);
    // Its trailer goes with the slot.
    this.part.swap = 'none';
    if (this.part.builds.has('erase-whole')) await this.writer.eraseTo(SLOT_BYTES);
  }
}
