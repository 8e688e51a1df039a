import { AppError } from '#contract/errors.ts';
import type { Vault } from '#services/vault/vault.ts';
import type { KeyRepository } from '#store/api.ts';
import type { Proxy } from './line/proxy.ts';

const SECRET = { id: 'proxy/password', purpose: 'proxy-password' } as const;

export interface ProxyParts {
  vault: Pick<Vault, 'seal' | 'open'>;
  keys: KeyRepository;
}

function urlOf(text: string): URL {
  try {
    const url = new URL(text.includes('://') ? text : `http://${text}`);
    if (url.protocol === 'http:' && url.hostname !== '') return url;
  } catch {
    // The text may hold a password: neither it nor the parser's error goes on.
  }
  throw new AppError({
    code: 'proxy-address',
    what: 'This is no address of a proxy.',
    next: 'Type it as http://name:port, or http://user:password@name:port.',
  });
}

/** Without its password, as it is kept in the settings and shown. */
function shown(url: URL): string {
  if (url.hostname === '') return '';
  const user = url.username === '' ? '' : `${url.username}@`;
  return `http://${user}${url.host}`;
}

/** What a person typed: the password goes into the vault, the rest is returned for the settings. */
export async function keepProxy({ vault, keys }: ProxyParts, text: string, actor: string): Promise<string> {
  if (text === '') return '';
  const url = urlOf(text);
  if (url.password !== '') {
    const envelope = vault.seal(SECRET.purpose, SECRET.id, Buffer.from(decodeURIComponent(url.password)));
    await keys.put({ ...SECRET, envelope, publicPart: null }, actor);
  }
  return shown(url);
}

/** The proxy with what it wants to hear (RFC 7617); null: none is set. */
export async function proxyOf({ vault, keys }: ProxyParts, kept: string): Promise<Proxy | null> {
  if (kept === '') return null;
  const url = urlOf(kept);
  const [host, port] = [url.hostname.replaceAll(/[[\]]/g, ''), Number(url.port === '' ? 80 : url.port)];
  if (url.username === '') return { host, port, authorization: null };
  const row = await keys.get(SECRET.id);
  const secret = row === null ? Buffer.alloc(0) : vault.open(SECRET.purpose, SECRET.id, row.envelope);
  const pair = Buffer.concat([Buffer.from(`${decodeURIComponent(url.username)}:`), secret]);
  secret.fill(0);
  return { host, port, authorization: `Basic ${pair.toString('base64')}` };
}
