import { DriverError } from '#drivers/core/errors.ts';
import type { Link, Transport } from '#drivers/core/link.ts';
import { isSilence } from '#drivers/protocols/ra-boot/client.ts';
import { RxBootClient } from '#drivers/protocols/ra-boot/rx-client.ts';
import { RX_UNIQUE_ID } from '#drivers/protocols/ra-boot/rx-constants.ts';
import { IdCode } from '../ra-common/id-code.ts';
import type { Rates } from '../ra-common/rates.ts';
import { RomPart, type Voice } from '../ra-common/rom-part.ts';
import type { RxFamily } from './families.ts';

/** Assumed; a chip that takes less says so, and the next lower rate is tried. */
const MAX_BAUD_RATE = 1_000_000;

/** An open conversation with the boot ROM of an RX part. */
export interface RxRom extends Voice {
  client: RxBootClient;
  /** Sixteen hex digits. */
  type: string;
  needsId: boolean;
}

/** One RX part. Its boot ROM wants type, byte order, clock, rate and ID code in this order before anything else. */
export class RxPart extends RomPart<RxRom> {
  readonly idCode: IdCode;

  constructor(link: Link, family: RxFamily) {
    const idCode = new IdCode();
    super(link, async (transport, signal, rates) => {
      const client = await RxBootClient.connect(transport, signal);
      try {
        return await settle(client, { family, transport, rates, idCode });
      } catch (error) {
        client.close();
        throw error;
      }
    });
    this.idCode = idCode;
  }

  /** A rate at which the two ends no longer understood each other is left out and the part woken again. */
  override async useRom(signal: AbortSignal): Promise<RxRom> {
    for (;;) {
      const before = this.rates.refusals;
      try {
        return await super.useRom(signal);
      } catch (error) {
        const lostAtRate = error instanceof DriverError && isSilence(error) && this.rates.refusals > before;
        if (!lostAtRate) throw error;
      }
    }
  }

  close(): void {
    this.idCode.wipe();
  }
}

interface Surroundings {
  family: RxFamily;
  transport: Transport;
  rates: Rates;
  idCode: IdCode;
}

async function settle(
  client: RxBootClient,
  { family, transport, rates, idCode }: Surroundings,
): Promise<RxRom> {
  if (client.bootCode !== family.bootCode) throw wrongChip(client.bootCode, family);
  const { type } = await client.deviceType();
  await client.setLittleEndian();
  await client.setClock();
  await speedUp(client, transport, rates);
  const needsId = await client.needsId();
  if (needsId) await unlock(client, idCode);
  return { client, type, needsId, chipUid: await uidOf(client), maxBaudRate: MAX_BAUD_RATE };
}

/** The rate can be changed here and nowhere else. */
async function speedUp(client: RxBootClient, transport: Transport, rates: Rates): Promise<void> {
  for (;;) {
    const rate = await rates.next(transport, client.baudRate, MAX_BAUD_RATE);
    if (rate === null) {
      await client.confirm();
      return;
    }
    try {
      await client.setBaudRate(rate);
      return;
    } catch (error) {
      if (!(error instanceof DriverError) || error.code === 'port-gone') throw error;
      rates.refuse(rate);
      if (isSilence(error)) throw error;
    }
  }
}

async function unlock(client: RxBootClient, idCode: IdCode): Promise<void> {
  const code = idCode.get();
  if (code === null) throw needsCode();
  await client.authenticate(code);
}

function needsCode(): DriverError {
  return new DriverError('protected', 'The part asks for its ID code before it shows anything.', {
    chip: 'untouched',
    context: { state: 'ID' },
  });
}

/** Without it a station cannot tell one part from the next. */
async function uidOf(client: RxBootClient): Promise<string> {
  try {
    return Buffer.from(await client.read(RX_UNIQUE_ID.address, RX_UNIQUE_ID.length)).toString('hex');
  } catch (error) {
    if (!(error instanceof DriverError) || error.code !== 'device-error') throw error;
    throw new DriverError('unsupported', 'The boot ROM of this part does not show its unique id.', {
      chip: 'untouched',
      context: error.context,
      cause: error,
    });
  }
}

function wrongChip(found: number, { target }: RxFamily): DriverError {
  return new DriverError('wrong-chip', 'The chip is not what the job is for.', {
    chip: 'untouched',
    context: { expected: target, product: `boot code ${found.toString(16)}` },
  });
}
