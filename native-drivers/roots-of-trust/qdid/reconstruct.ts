import type { OperationContext, OperationResult } from '#drivers/core/operations.ts';
import { SmpOp } from '#drivers/protocols/smp/constants.ts';
import { EnrolmentCommand, reconstructResponse } from '#drivers/protocols/smp/enrolment.ts';
import type { AgentLink } from '../agent/agent-link.ts';

const PPM = 1_000_000;
/** Rate of a read that has nothing to be compared with: no better than guessing. */
const UNKNOWN_PPM = PPM / 2;
const percent = (rate: number): number => Math.round(rate * 100_000) / 1000;

/**
 * Rebuilds the seed `reads` times, one read per request so that a screen sees each. A read that could not be corrected
 * has the empty device id and counts against `same id`.
 */
export async function reconstructTest(
  link: AgentLink,
  reads: number,
  context: OperationContext,
): Promise<OperationResult<'reconstruct'>> {
  const deviceIds: string[] = [];
  const bitErrorRates: number[] = [];
  let helperDataIntact = true;
  let helperDataHash = '';
  while (bitErrorRates.length < reads) {
    const map = { reads: 1 };
    const { signal } = context;
    const answer = await link.ask(
      SmpOp.write,
      EnrolmentCommand.reconstruct,
      map,
      reconstructResponse,
      signal,
      {
        attempts: 3,
      },
    );
    const rate = (answer.ppm[0] ?? UNKNOWN_PPM) / PPM;
    deviceIds.push(Buffer.from(answer.ids[0] ?? []).toString('hex'));
    bitErrorRates.push(rate);
    const helper = Buffer.from(answer.helper).toString('hex');
    helperDataIntact &&= answer.intact && (helperDataHash === '' || helper === helperDataHash);
    helperDataHash = helper;
    const note = `Reconstruct test ${bitErrorRates.length} of ${reads} · bit error ${percent(rate).toFixed(1)} %`;
    context.progress({ done: bitErrorRates.length, total: reads, unit: 'reads', note });
  }
  const output = { deviceIds, bitErrorRates, helperDataIntact, helperDataHash };
  return { output, measurements: measure(output) };
}

function measure(result: OperationResult<'reconstruct'>['output']) {
  const { bitErrorRates } = result;
  const mean = bitErrorRates.reduce((sum, rate) => sum + rate, 0) / Math.max(1, bitErrorRates.length);
  return [
    { name: 'bit-error-mean', value: percent(mean), unit: '%' },
    { name: 'bit-error', value: percent(Math.max(0, ...bitErrorRates)), unit: '%' },
    { name: 'helper-data-intact', value: result.helperDataIntact ? 1 : 0, unit: 'count' },
  ];
}
