import { z } from 'zod';
import { api } from '#cloud/contract/api.ts';
import type { Operation } from '#cloud/contract/operation.ts';
import { problem } from '#protocol/shapes.ts';

type Json = Record<string, unknown>;
const OPERATIONS = Object.entries(api) as [string, Operation][];

/** JSON Schema 2020-12, which is what OpenAPI 3.1 takes as it is; `io` says which side of defaults and trims. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const made: Json = { ...z.toJSONSchema(schema, { io, target: 'draft-2020-12' }) };
  // The dialect stands once, at the head of the document.
  delete made['$schema'];
  return made;
}

function parameters(schema: z.ZodType, place: 'path' | 'query'): Json[] {
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: each,
  }));
}

/** OpenAPI 3.1 describes raw bytes by their media type alone (section 4.8.14.4). */
function content(mediaType: string | undefined, schema: z.ZodType, io: 'input' | 'output'): Json {
  return mediaType === undefined
    ? { 'application/json': { schema: schemaOf(schema, io) } }
    : { [mediaType]: {} };
}

function bodyOf({ method, consumes, body }: Operation): Json {
  if (method === 'GET' || method === 'DELETE') return {};
  return { requestBody: { required: true, content: content(consumes, body, 'input') } };
}

const refusal = (description: string): Json => ({ description, $ref: '#/components/responses/problem' });

function refusals({ access }: Operation): Json {
  const open = { '400': refusal('Something in the request does not fit'), '429': refusal('Too many calls') };
  return access === 'anyone'
    ? open
    : { ...open, '401': refusal('Not signed in'), '403': refusal('The role does not allow it') };
}

function describe(operationId: string, operation: Operation): Json {
  const { summary, tag, access, params, query, produces, response } = operation;
  return {
    operationId,
    summary,
    tags: [tag],
    description: access === 'anyone' ? 'Open to everyone.' : `Least role: ${access}.`,
    ...(access === 'anyone' ? { security: [] } : {}),
    parameters: [...parameters(params, 'path'), ...parameters(query, 'query')],
    ...bodyOf(operation),
    responses: {
      '200': { description: summary, content: content(produces, response, 'output') },
      ...refusals(operation),
    },
  };
}

function paths(): Json {
  const found: Record<string, Json> = {};
  for (const [name, operation] of OPERATIONS)
    (found[operation.path] ??= {})[operation.method.toLowerCase()] = describe(name, operation);
  return found;
}

const components = (): Json => ({
  securitySchemes: {
    token: { type: 'http', scheme: 'bearer', description: 'An access token of a tenant.' },
    session: { type: 'apiKey', in: 'cookie', name: '__Host-rootline', description: 'Set by signIn.' },
  },
  responses: {
    problem: {
      description: 'What happened, what to do next, and whether trying again may help',
      content: { 'application/json': { schema: schemaOf(problem, 'output') } },
    },
  },
});

/** The API as OpenAPI 3.1, made of the schemas that check its calls: it cannot say anything else than they do. */
export function openApi(version: string): Json {
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Rootline cloud',
      version,
      description: 'What stations sync to: fleet, units, certificates, orders, onboarding, courier.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { session: [] }],
    paths: paths(),
    components: components(),
  };
}
