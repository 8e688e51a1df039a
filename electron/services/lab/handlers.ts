import { AppError } from '#contract/errors.ts';
import type { ChannelName, HandlersOf } from '#contract/contract.ts';

type LabChannel = Extract<ChannelName, `lab.${string}`>;

/** One board on the bench, by hand (docs/lab.md). */
export function createLabHandlers(): HandlersOf<LabChannel> {
  const refused = () =>
    Promise.reject(
      new AppError({ code: 'lab-closed', what: 'The lab is not open here.', next: 'Open it first.' }),
    );
  return {
    'lab.open': refused,
    'lab.get': refused,
    'lab.close': refused,
    'lab.run': refused,
    'lab.stop': refused,
    'lab.log': refused,
    'lab.exportLog': refused,
  };
}
