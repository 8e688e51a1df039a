import { operations } from 'virtual:operations';
import type { OperationName } from '#cloud/contract/api.ts';
import { answers } from './fixture-answers.ts';
import { emptyAnswers } from './fixture-empty.ts';

const TROUBLE = {
  code: 'database-away',
  what: 'The database of the cloud does not answer.',
  next: 'Look into the log of the cloud. Stations keep what they have and send it later.',
  retry: true,
};

const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });

function nameOf(method: string, path: string): OperationName | null {
  const names = Object.keys(operations) as OperationName[];
  const fits = (name: OperationName): boolean => {
    const shape = operations[name].path.replaceAll(/\{\w+\}/g, '[^/]+');
    return operations[name].method === method && new RegExp(`^${shape}$`).test(path);
  };
  return names.find(fits) ?? null;
}

const ALWAYS: readonly string[] = ['session', 'root', 'invitation'];

/** A cloud that says always the same: only for the gallery, never part of a build. */
export function fixtureFetch(state: string, role: string): typeof fetch {
  return async (input, init) => {
    const address = new URL(input instanceof Request ? input.url : input, window.location.href);
    const name = nameOf(init?.method ?? 'GET', address.pathname);
    if (name === null) return json(404, { ...TROUBLE, code: 'no-fixture', what: address.pathname });
    if (state === 'signed-out' && name === 'session') return json(401, { ...TROUBLE, code: 'not-signed-in' });
    if (state === 'loading' && !ALWAYS.includes(name)) return new Promise(() => undefined);
    if (state === 'error' && !ALWAYS.includes(name)) return json(503, TROUBLE);
    if (state === 'lost' && performance.now() > 1500) throw new TypeError('Failed to fetch');
    const table = state === 'empty' ? { ...answers, ...emptyAnswers } : answers;
    const answer = table[name];
    if (!answer) return json(404, { ...TROUBLE, code: 'no-fixture', what: `No fixture for ${name}.` });
    const query = Object.fromEntries(address.searchParams);
    const value: unknown = answer({ query, path: address.pathname });
    return Promise.resolve(json(200, name === 'session' ? { ...(value as object), role } : value));
  };
}
