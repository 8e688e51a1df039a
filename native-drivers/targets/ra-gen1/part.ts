import { DriverError } from '#drivers/core/errors.ts';
import type { Link } from '#drivers/core/link.ts';
import type { Lifecycle } from '#drivers/core/operations.ts';
import { authenticateId, gen1Dlm } from '#drivers/protocols/ra-boot/dlm.ts';
import { IdCode } from '../ra-common/id-code.ts';
import { wakeRa, type RaRom } from '../ra-common/ra-rom.ts';
import { RomPart } from '../ra-common/rom-part.ts';

/** What is said of a part that wants its ID code first: it shows no life cycle. */
export const ID_LOCKED: Lifecycle = { dlm: 'ID_LOCKED', protection: null, authentication: 'ID' };

/** One part of the first generation: its boot ROM is its only voice. */
export class Gen1Part extends RomPart<RaRom> {
  readonly idCode: IdCode;
  private lockAnswered = false;
  private stopWatch: () => void = () => undefined;

  constructor(link: Link) {
    const idCode = new IdCode();
    super(link, async (transport, signal) => {
      const rom = await wakeRa(transport, signal);
      const code = idCode.get();
      try {
        if (code !== null) await authenticateId(rom.client, code);
        return rom;
      } catch (error) {
        rom.client.close();
        throw error;
      }
    });
    this.idCode = idCode;
  }

  override forget(): void {
    super.forget();
    this.close();
  }

  /** The chip confirmed LCK_BOOT. Silence of the part that stays in the socket is evidence from then on. */
  noteLocked(): void {
    this.lockAnswered = true;
    this.stopWatch = this.link.control.onPresence(() => {
      this.lockAnswered = false;
    });
  }

  /** True where the silence of the boot ROM can only mean that the part is locked. */
  async silenceMeansLocked(): Promise<boolean> {
    return this.lockAnswered && (await this.link.control.presence()) !== false;
  }

  close(): void {
    this.stopWatch();
    this.lockAnswered = false;
    this.idCode.wipe();
  }
}

/** Life cycle as the chip says it, or that it wants an ID code first. */
export async function lifecycleOf({ client }: RaRom): Promise<Lifecycle> {
  try {
    return { dlm: await gen1Dlm(client), protection: null, authentication: null };
  } catch (error) {
    if (error instanceof DriverError && error.code === 'protected') return ID_LOCKED;
    throw error;
  }
}
