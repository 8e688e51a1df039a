import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, it } from 'vitest';
import { api } from '#cloud/contract/api.ts';
import { openApi } from './openapi.ts';

it('is a valid OpenAPI 3.1 document by the schema of its own specification', async () => {
  const validator = new Validator();
  const verdict = await validator.validate(structuredClone(openApi('0.1.0')));
  expect(verdict.errors ?? []).toEqual([]);
  expect(verdict.valid).toBe(true);
  expect(validator.version).toBe('3.1');
});

it('has every operation once, with the role it needs and its path parameters', () => {
  const document = openApi('0.1.0') as { paths: Record<string, Record<string, Record<string, unknown>>> };
  for (const [name, { method, path, access }] of Object.entries(api)) {
    const found = document.paths[path]?.[method.toLowerCase()];
    expect(found?.['operationId']).toBe(name);
    expect(found?.['security']).toEqual(access === 'anyone' ? [] : undefined);
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, each]) => each);
    const listed = (found?.['parameters'] as { name: string; in: string }[]).filter(
      (each) => each.in === 'path',
    );
    expect(listed.map((each) => each.name)).toEqual(named);
  }
});

it('is refused by the validator when an operation loses its responses', async () => {
  const broken = structuredClone(openApi('0.1.0')) as {
    paths: Record<string, Record<string, { responses?: unknown }>>;
  };
  broken.paths['/v1/api/units']!['get']!.responses = 5;
  expect((await new Validator().validate(broken)).valid).toBe(false);
});
