import type { Link } from '#drivers/core/link.ts';
import { RomPart } from '../ra-common/rom-part.ts';
import { wakeRa, type RaRom } from '../ra-common/ra-rom.ts';
import { startAgent } from './agent.ts';
import type { Agent } from './agent.ts';

/** One RA8 part: which of its two voices speaks now, boot ROM or firmware, and whose part it is. */
export class Ra8Part extends RomPart<RaRom> {
  private agent: Agent | null = null;

  constructor(link: Link) {
    super(link, wakeRa);
  }

  /** Lets the firmware run and waits until its agent answers. */
  async useAgent(signal: AbortSignal): Promise<Agent> {
    if (this.agent !== null && this.voice === this.link.transport) return this.agent;
    this.renew(signal);
    const agent = await startAgent(this.link, signal);
    try {
      this.check(agent.info.chipUid);
    } catch (error) {
      agent.close();
      throw error;
    }
    this.agent = agent;
    return agent;
  }

  /** Forgets both voices: the next use resets the part. */
  override drop(): void {
    super.drop();
    this.agent?.close();
    this.agent = null;
  }
}
