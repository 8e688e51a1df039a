import type { CordeliaPart } from './part.ts';

/** What `AT+get` answers; null where the module refuses. `older`: text that asks for the unique id alone, and says it in digits. */
export function settingOf(part: CordeliaPart, args: readonly string[], older: boolean): string | null {
  const what = args.join(',').toLowerCase();
  if (what === 'iot,deviceid') return part.enrolled ? part.deviceId : null;
  if (what === (older ? 'udid' : 'iot,udid')) return older ? digitsOf(part.uid) : numbersOf(part.uid);
  return part.settings.get(what) ?? null;
}

/** What `AT+set` leaves: an id, an option, and the value as it was sent. */
export function keepSetting(part: CordeliaPart, [id = '', option = '', ...value]: readonly string[]): void {
  part.settings.set(`${id},${option}`.toLowerCase(), value.join(','));
}

const digitsOf = (uid: Uint8Array): string => Buffer.from(uid).toString('hex');
/** The maker's driver reads 16 of them, with or without 0x ([SDK], ATDevice). */
const numbersOf = (uid: Uint8Array): string =>
  Array.from(uid, (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(',');
