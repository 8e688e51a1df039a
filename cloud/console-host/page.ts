import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** What the console needs and nothing else: own scripts, own API, QR codes as data: pictures; the nonce is for emotion's styles. */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
};

/** The first page, with a fresh nonce in page and policy. */
export async function indexPage(folder: string): Promise<{ html: string; nonce: string }> {
  const nonce = randomBytes(16).toString('base64');
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  return { html: html.replaceAll('__CSP_NONCE__', nonce), nonce };
}

/** A file below the folder and its type; null where the path leads outside it, to another kind of file, or nowhere. */
export async function assetAt(folder: string, path: string): Promise<{ file: string; type: string } | null> {
  const file = normalize(join(folder, path));
  const type = types[extname(file)];
  if (!file.startsWith(normalize(folder) + sep) || type === undefined) return null;
  const found = await stat(file).catch(() => null);
  return found?.isFile() === true ? { file, type } : null;
}
