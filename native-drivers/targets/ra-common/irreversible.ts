import { DriverError } from '#drivers/core/errors.ts';
import { isSilence } from '#drivers/protocols/ra-boot/client.ts';

/**
 * Runs one command that cannot be undone. A refusal by the chip stays what it is; once the command is out, any loss of
 * its answer means that nobody knows: the only next step is to read the part back, never to send it again.
 */
export async function irreversible<T>(command: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof DriverError) || !isLost(error)) throw error;
    throw new DriverError('outcome-unknown', 'The link was lost after a command that cannot be undone.', {
      chip: 'unknown',
      context: { ...error.context, command },
      cause: error,
    });
  }
}

function isLost(error: DriverError): boolean {
  return error.code === 'port-gone' || isSilence(error);
}
