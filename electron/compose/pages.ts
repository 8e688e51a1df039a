import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

/** Everything that a page of ours needs and nothing else; the nonce is for the styles that emotion writes. */
export function contentSecurityPolicy(nonce: string, connect: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export const securityHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
};

/** The first page, with a fresh nonce in page and policy. */
export async function indexPage(folder: string): Promise<{ html: string; nonce: string }> {
  const nonce = randomBytes(16).toString('base64');
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  return { html: html.replaceAll('__CSP_NONCE__', nonce), nonce };
}

/** A file below the folder, or null where the path leads outside it or nowhere. */
export async function assetPath(folder: string, path: string): Promise<string | null> {
  const file = normalize(join(folder, decodePath(path)));
  if (!file.startsWith(normalize(folder) + sep) || types[extname(file)] === undefined) return null;
  const found = await stat(file).catch(() => null);
  return found?.isFile() === true ? file : null;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}

export const contentType = (file: string): string => types[extname(file)] ?? 'application/octet-stream';

/** Hashed assets never change: they may be kept for a year. */
export function sendAsset(response: ServerResponse, file: string): void {
  response.writeHead(200, {
    ...securityHeaders,
    'Content-Type': contentType(file),
    'Cache-Control': file.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-store',
  });
  createReadStream(file).pipe(response);
}
