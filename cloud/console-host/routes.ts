import { createReadStream } from 'node:fs';
import type { FastifyReply } from 'fastify';
import type { CloudApp } from '#cloud/server/context.ts';
import { assetAt, contentSecurityPolicy, indexPage, securityHeaders } from './page.ts';

async function sendFile(
  reply: FastifyReply,
  [folder, path]: readonly [string, string],
  keep: string,
): Promise<FastifyReply> {
  const asset = await assetAt(folder, path);
  if (asset === null) {
    reply.callNotFound();
    return reply;
  }
  return reply
    .headers({ ...securityHeaders, 'content-type': asset.type, 'cache-control': keep })
    .send(createReadStream(asset.file));
}

/** The console as scripts/build.ts leaves it. Addresses within it are behind the `#`, so one page is all there is. */
export function registerConsole(app: CloudApp, folder: string): void {
  app.get('/', async (_request, reply) => {
    const { html, nonce } = await indexPage(folder);
    return reply
      .headers({
        ...securityHeaders,
        'content-security-policy': contentSecurityPolicy(nonce),
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
      })
      .send(html);
  });
  app.get('/icon.svg', (_request, reply) => sendFile(reply, [folder, 'icon.svg'], 'no-cache'));
  // Named by their content: they never change.
  app.get<{ Params: { '*': string } }>('/assets/*', ({ params }, reply) =>
    sendFile(reply, [`${folder}/assets`, params['*']], 'public, max-age=31536000, immutable'),
  );
}
