import { z } from 'zod';
import { operations, problemBody, type HandlerOperation } from './http-api.ts';

type Json = Record<string, unknown>;

/** JSON Schema 2020-12 is what OpenAPI 3.1 takes as it is. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const made: Json = { ...z.toJSONSchema(schema, { io, target: 'draft-2020-12' }) };
  delete made['$schema'];
  return made;
}

function parameters(schema: z.ZodType, place: 'path' | 'query'): Json[] {
  const { properties = {} } = schemaOf(schema, 'input') as { properties?: Record<string, Json> };
  return Object.entries(properties).map(([name, each]) => ({
    ...{ name, in: place, required: place === 'path', schema: each },
  }));
}

const problem = (description: string): Json => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

function describe(operationId: string, operation: HandlerOperation): Json {
  const { summary, params, query, response } = operation;
  return {
    ...{ operationId, summary },
    parameters: [...parameters(params, 'path'), ...parameters(query, 'query')],
    responses: {
      '200': {
        description: summary,
        content: { 'application/json': { schema: schemaOf(response, 'output') } },
      },
      '400': problem('Something in the request does not fit'),
      '401': problem('No token, or a wrong one'),
      '404': problem('No such site, or no result yet'),
      '409': problem('The site or the batch does not allow it'),
      '429': problem('Too many wrong tokens from this address'),
    },
  };
}

/** The document that the port serves at /openapi.json. */
export function openApi(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const [id, operation] of Object.entries(operations))
    (paths[operation.path] ??= {})[operation.method.toLowerCase()] = describe(id, operation);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rootline handler port',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: schemaOf(problemBody, 'output') },
    },
  };
}
