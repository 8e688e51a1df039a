import { readFile } from 'node:fs/promises';
import type { Session } from 'electron';
import { assetPath, contentSecurityPolicy, contentType, indexPage, securityHeaders } from '#compose/pages.ts';

/** Serves the page from our own scheme: `file:` would give it the rights of every local file. */
export function servePages(session: Session, folder: string): void {
  session.protocol.handle('rootline', async (request) => {
    const { host, pathname } = new URL(request.url);
    if (host !== 'station' || request.method !== 'GET') return new Response('', { status: 403 });
    if (pathname === '/') return index(folder);
    const file = await assetPath(folder, pathname);
    if (file === null) return new Response('', { status: 404 });
    return new Response(new Uint8Array(await readFile(file)), {
      headers: { ...securityHeaders, 'Content-Type': contentType(file) },
    });
  });
}

async function index(folder: string): Promise<Response> {
  const { html, nonce } = await indexPage(folder);
  return new Response(html, {
    headers: {
      ...securityHeaders,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': contentSecurityPolicy(nonce, "'none'"),
    },
  });
}
