import type { EnginePorts } from './ports.ts';

/** The clone check. Returns the refusal instead of throwing it, so that it is evidenced as a measurement. */
export async function bindDevice(
  ports: Pick<EnginePorts, 'runs'>,
  runId: string,
  deviceId: string,
): Promise<Error | null> {
  try {
    // A device id is the SHA-256 of the device's public key: one look-up answers for both.
    await ports.runs.enrolled({ runId, deviceId, publicKeySha256: deviceId });
    return null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'identity-seen') return error;
    throw error;
  }
}
