import { FrameRom } from '../ra-rom/rom.ts';
import type { FrameHost } from '../ra-rom/session.ts';
import { commands } from './commands.ts';
import type { RxPart } from './part.ts';
import type { RxSession } from './session.ts';

/** Boot ROM of an RX part. Statuses are one byte: the public tool takes no longer ones. */
export class RxRom extends FrameRom<RxPart> implements RxSession {
  readonly settled = new Set<'endian' | 'clock' | 'id'>();
  protected readonly bootCode: number;
  protected readonly statusForm = { done: 'short', refused: 'short' } as const;

  constructor(host: FrameHost<RxPart>) {
    super(host);
    this.bootCode = host.part.bootCode;
    this.forget();
  }

  override restart(): void {
    super.restart();
    this.forget();
  }

  protected commandFor(code: number) {
    const command = commands.get(code);
    if (command === undefined) return undefined;
    return { lengths: command.lengths, run: (payload: Uint8Array) => command.run(this, payload) };
  }

  private forget(): void {
    this.settled.clear();
    if (this.part.idCode === null) this.settled.add('id');
  }
}
