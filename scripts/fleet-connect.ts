import { setTimeout as wait } from 'node:timers/promises';
import { reasonKey, reasonOf, DeviceConnectionError } from '#drivers/virtual/network/closed-reason.ts';
import { TrustedRoots } from '#drivers/virtual/network/tls/trusted-roots.ts';
import type { DeviceConnection } from '#drivers/virtual/network/device-session.ts';
import type { VirtualDevice } from '#drivers/virtual/network/virtual-device.ts';
import type { FleetReport, FleetShare } from './fleet-messages.ts';

type Report = (message: FleetReport) => void;
export type OpenDevice = Pick<DeviceConnection, 'close'>;

/** Where a device says hello. */
function topicOf(pattern: string, { commonName, serial, deviceId }: VirtualDevice): string {
  return pattern.replaceAll('{cn}', commonName).replaceAll('{serial}', serial).replaceAll('{id}', deviceId);
}

/** `tls:alert:unknown_ca` and the like. */
export function failureKey(error: unknown): string {
  return reasonKey(error instanceof DeviceConnectionError ? error : reasonOf(error));
}

/**
 * Connects all devices, so many at a time and so many a second; resolves when each has said hello or failed. Stopped, it
 * waits for none that is under way.
 */
export async function connectAll(
  share: FleetShare,
  devices: readonly VirtualDevice[],
  open: Set<OpenDevice>,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  const roots = new TrustedRoots(share.roots);
  const start = performance.now();
  const queue = devices.entries();
  const lane = async (): Promise<void> => {
    for (const [index, device] of queue) {
      if (share.rate !== null) await pause(start + (index * 1000) / share.rate, signal);
      if (signal.aborted) return;
      await connectOne(share, roots, device, open, report);
    }
  };
  const stopped = new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });
  await Promise.race([Promise.all(Array.from({ length: share.atOnce }, lane)), stopped]);
}

async function pause(until: number, signal: AbortSignal): Promise<void> {
  const milliseconds = until - performance.now();
  if (milliseconds > 0) await wait(milliseconds, undefined, { signal }).catch(() => undefined);
}

async function connectOne(
  { broker: url, serverName, topic }: FleetShare,
  roots: TrustedRoots,
  device: VirtualDevice,
  open: Set<OpenDevice>,
  report: Report,
): Promise<void> {
  try {
    const address = { url, roots, ...(serverName === null ? {} : { serverName }) };
    const connection = await device.connect(address);
    open.add(connection);
    report({ report: 'connected' });
    void connection.closed.then((reason) => {
      open.delete(connection);
      if (reason.code !== 'asked') report({ report: 'lost', reason: reasonKey(reason) });
    });
    await sayHello(connection, topicOf(topic, device), device, report);
  } catch (error) {
    report({ report: 'refused', reason: failureKey(error) });
  }
}

async function sayHello(
  connection: DeviceConnection,
  topic: string,
  { deviceId }: VirtualDevice,
  report: Report,
): Promise<void> {
  try {
    const hello = JSON.stringify({ device: deviceId, at: new Date().toISOString() });
    await connection.publish(topic, hello, { qos: 1 });
    report({ report: 'published' });
  } catch (error) {
    // A lost connection is reported as such already.
    if (!(error instanceof DeviceConnectionError))
      report({ report: 'refused', reason: `publish:${failureKey(error)}` });
  }
}
