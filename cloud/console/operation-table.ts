import type { Plugin } from 'vite';
import { api } from '#cloud/contract/api.ts';

const NAME = 'virtual:operations';

/**
 * Method and address of every operation, as a module for the browser. The contract itself stays in Node, because its
 * schemas bring the schema library and node:crypto along; the types come from it all the same.
 */
export function operationTable(): Plugin {
  const table = Object.fromEntries(
    Object.entries(api).map(([name, { method, path }]) => [name, { method, path }]),
  );
  return {
    name: 'operation-table',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    load: (id) => (id === `\0${NAME}` ? `export const operations = ${JSON.stringify(table)};` : null),
  };
}
