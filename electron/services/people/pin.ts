import { randomBytes, timingSafeEqual } from 'node:crypto';
import { argon2id, type Argon2Cost } from '#services/vault/argon2.ts';

/** One of the equal choices of the OWASP Password Storage Cheat Sheet, Argon2id: 7 MiB, five passes, one lane. */
const PIN_COST: Argon2Cost = { memory: 7168, passes: 5, lanes: 1 };
/** Of a PIN that is printed on the sign-in page: as good as none, and a first start need not wait for it. */
export const PUBLIC_PIN_COST: Argon2Cost = { memory: 256, passes: 1, lanes: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** PHC string: $argon2id$v=19$m=..,t=..,p=..$salt$hash, base64 without padding. */
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

/** NFKC: the same PIN typed on another keyboard has the same bytes. */
function derive(pin: string, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array> {
  const secret = new TextEncoder().encode(pin.normalize('NFKC'));
  return argon2id({ secret, salt, ...cost, length: HASH_BYTES });
}

/** PHC string of a PIN under a fresh salt. */
export async function hashPin(pin: string, cost = PIN_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(pin, salt, cost);
  const { memory, passes, lanes } = cost;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** A hash that no PIN has, of the same cost: an unknown person takes as long as a wrong PIN. */
export function noPin(): string {
  const { memory, passes, lanes } = PIN_COST;
  const salt = unpadded(randomBytes(SALT_BYTES));
  return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${salt}$${unpadded(randomBytes(HASH_BYTES))}`;
}

/** Compares in constant time; a string that is no PHC hash matches nothing. */
export async function verifyPin(pin: string, phc: string): Promise<boolean> {
  const [, memory, passes, lanes, salt, hash] = PHC.exec(phc) ?? [];
  if (salt === undefined || hash === undefined) return false;
  const cost = { memory: Number(memory), passes: Number(passes), lanes: Number(lanes) };
  const found = await derive(pin, Buffer.from(salt, 'base64'), cost);
  const expected = Buffer.from(hash, 'base64');
  return expected.length === found.length && timingSafeEqual(expected, found);
}
