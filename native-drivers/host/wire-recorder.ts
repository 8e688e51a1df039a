import {
  controlStretch,
  stalledStretch,
  type ControlStage,
  type FrameDecoder,
  type Stretch,
} from '../core/decoder.ts';
import type { WireEntry } from '../core/host-api.ts';
import type { OperationName } from '../core/operations.ts';
import type { UsbTap } from './tap.ts';
import { wireEntry } from './wire-entry.ts';

/** A run of bytes is over after this much silence, milliseconds. */
const SILENCE_MS = 10;
/** At most this often entries are sent on, and so many at once; what is beyond is dropped and counted. */
const BATCH_MS = 50;
const MOST_IN_BATCH = 500;

/** Operations that carry keys: what no decoder explains is blanked while they last, both ways, as adapters may echo. */
const SECRET: ReadonlySet<OperationName> = new Set<OperationName>([
  ...(['set-user-key', 'inject-key', 'move-lifecycle', 'inject-oem-root-key', 'burn'] as const),
]);

/** Said of what no operation listened to: the driver has not seen it. */
const UNHEARD = 'nobody listened';

/** The byte log of one site while it is watched. Keys are blanked here: nothing behind it has ever seen them. */
export class WireRecorder implements UsbTap {
  private readonly send: (entries: WireEntry[], dropped: number) => void;
  private readonly makeDecoder: () => FrameDecoder;
  private decoder: FrameDecoder | null = null;
  private entries: WireEntry[] = [];
  private dropped = 0;
  private silence: NodeJS.Timeout | null = null;
  private batch: NodeJS.Timeout | null = null;
  /** The operation at work, if it carries a key. Stays until the next one: an echo may come late. */
  private secret: OperationName | null = null;
  /** Whether an operation listened to what came last. */
  private heard = true;

  constructor(makeDecoder: () => FrameDecoder, send: (entries: WireEntry[], dropped: number) => void) {
    this.makeDecoder = makeDecoder;
    this.send = send;
  }

  get on(): boolean {
    return this.decoder !== null;
  }

  /** Turns the log on or off; what was held back comes out first. */
  watch(on: boolean): void {
    if (on === this.on) return;
    if (on) {
      this.decoder = this.makeDecoder();
      return;
    }
    this.flush('end');
    this.decoder = null;
    if (this.silence !== null) clearTimeout(this.silence);
    this.silence = null;
    this.tell();
  }

  /** Half a frame of the operation before is no part of this one. */
  begin(operation: OperationName): void {
    this.flush('end');
    this.secret = SECRET.has(operation) ? operation : null;
  }

  sent(bytes: Uint8Array): void {
    this.feed('sent', bytes, true);
  }

  received(bytes: Uint8Array, heard = true): void {
    this.feed('received', bytes, heard);
  }

  control(stage: ControlStage): void {
    this.flush('silence');
    if (this.decoder !== null) this.take([controlStretch(this.decoder, stage)]);
  }

  stalled(endpoint: number): void {
    this.flush('silence');
    if (this.decoder !== null) this.take([stalledStretch(endpoint)]);
  }

  private feed(direction: 'sent' | 'received', bytes: Uint8Array, heard: boolean): void {
    if (this.decoder === null) return;
    if (heard !== this.heard) this.flush('silence');
    this.heard = heard;
    this.take(this.decoder.feed(direction, bytes));
    if (this.silence === null) this.silence = setTimeout(() => this.flush('silence'), SILENCE_MS).unref();
    else this.silence.refresh();
  }

  private flush(reason: 'silence' | 'end'): void {
    if (this.decoder !== null) this.take(this.decoder.flush(reason));
  }

  private take(stretches: readonly Stretch[]): void {
    const at = Date.now();
    for (const stretch of stretches) {
      if (this.entries.length >= MOST_IN_BATCH) this.dropped += 1;
      else this.entries.push(wireEntry(this.told(this.guarded(stretch)), at));
    }
    if (stretches.length > 0) this.batch ??= setTimeout(() => this.tell(), BATCH_MS);
  }

  private guarded(stretch: Stretch): Stretch {
    if (this.secret === null) return stretch;
    const marked = this.decoder?.marks.includes(this.secret) === true;
    const explained = marked && stretch.frame && !stretch.fault;
    return explained ? stretch : { ...stretch, detail: '', secret: 'all' };
  }

  private told(stretch: Stretch): Stretch {
    if (this.heard) return stretch;
    const { detail } = stretch;
    return { ...stretch, detail: detail === '' ? UNHEARD : `${UNHEARD}; ${detail}` };
  }

  private tell(): void {
    if (this.batch !== null) clearTimeout(this.batch);
    this.batch = null;
    const { entries, dropped } = this;
    this.entries = [];
    this.dropped = 0;
    if (entries.length > 0 || dropped > 0) this.send(entries, dropped);
  }
}
