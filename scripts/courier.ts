import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Agent, fetch, type BodyInit } from 'undici';
import { api, type Answer, type OperationName } from '#cloud/contract/api.ts';
import { isPartName } from '#protocol/courier/manifest.ts';
import { problem } from '#protocol/shapes.ts';

const HELP = `Courier of a cloud: carries sealed files between a folder and a running cloud

  node scripts/courier.ts --cloud URL --token-file F --in FOLDER
  node scripts/courier.ts --cloud URL --token-file F --out FOLDER --station NAME

  --cloud URL       where the cloud's API is                 (https://cloud.example:8443)
  --token-file F    file with an access token, role planner
  --in FOLDER       takes in every .rlc file of the folder
  --out FOLDER      has what waits for a station sealed, and puts the files there
  --station NAME    for whom (name or id)
  --part-mib N      size of a sealed file                    (default 4)
  --root FILE       root certificate of the cloud, PEM; without it only publicly known roots are believed
  --help            this text
`;

interface Cloud {
  url: string;
  token: string;
  agent: Agent;
}

/** What the cloud refused, in its own words. */
class Refused extends Error {
  constructor(what: string, next: string) {
    super(`${what} ${next}`);
    this.name = 'Refused';
  }
}

interface CallParts {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: BodyInit;
}

function addressOf(cloud: Cloud, name: OperationName, { params = {}, query = {} }: CallParts): URL {
  const path = api[name].path.replaceAll(/\{(\w+)\}/g, (_, key: string) =>
    encodeURIComponent(params[key] ?? ''),
  );
  const address = new URL(path, cloud.url);
  for (const [key, value] of Object.entries(query)) address.searchParams.set(key, value);
  return address;
}

async function send(cloud: Cloud, name: OperationName, parts: CallParts) {
  const operation = api[name] as { method: string; consumes?: string };
  const response = await fetch(addressOf(cloud, name, parts), {
    method: operation.method,
    dispatcher: cloud.agent,
    headers: {
      authorization: `Bearer ${cloud.token}`,
      ...(parts.body === undefined ? {} : { 'content-type': operation.consumes ?? 'application/json' }),
    },
    ...(parts.body === undefined ? {} : { body: parts.body }),
  });
  if (response.ok) return response;
  const said = problem.safeParse(await response.json().catch(() => null));
  if (said.success) throw new Refused(said.data.what, said.data.next);
  throw new Refused(`The cloud answered ${response.status} to ${name}.`, 'Check the address.');
}

async function call<O extends OperationName>(cloud: Cloud, name: O, parts: CallParts): Promise<Answer<O>> {
  const response = await send(cloud, name, parts);
  return api[name].response.parse(await response.json()) as Answer<O>;
}

/** Files one by one; one that is refused is named and stops none of the others. Returns whether all were taken. */
async function takeIn(cloud: Cloud, folder: string): Promise<boolean> {
  const names = (await readdir(folder)).filter(isPartName).sort();
  if (names.length === 0) console.log(`No .rlc file in ${folder}.`);
  let whole = true;
  for (const name of names) {
    try {
      const row = await call(cloud, 'putPart', { body: await readFile(join(folder, name)) });
      const missing = row.missing.length === 0 ? '' : `, missing parts ${row.missing.join(', ')}`;
      console.log(`${name}: transfer ${row.number} of ${row.station}, ${row.state}${missing}`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      whole = false;
      console.log(`${name}: refused. ${error.message}`);
    }
  }
  return whole;
}

async function stationId(cloud: Cloud, station: string): Promise<string> {
  const { rows } = await call(cloud, 'stations', { query: { text: station, limit: '200' } });
  const found = rows.find(({ id, name }) => id === station || name === station);
  if (found === undefined)
    throw new Refused(`There is no station "${station}".`, 'Look its name up in the console.');
  return found.id;
}

async function putOut(cloud: Cloud, folder: string, station: string, partBytes: number): Promise<void> {
  const id = await stationId(cloud, station);
  const body = JSON.stringify({ partBytes });
  const transfer = await call(cloud, 'writeTransfer', { params: { id }, body });
  for (const [at, { name, bytes }] of transfer.files.entries()) {
    const params = { id: transfer.id, part: String(at + 1) };
    const sealed = await (await send(cloud, 'getPart', { params })).arrayBuffer();
    // A name from the network may not leave the folder.
    const path = join(folder, basename(name));
    await writeFile(path, Buffer.from(sealed));
    console.log(`${path}: ${bytes} bytes`);
  }
  console.log(`Transfer ${transfer.number} for ${transfer.station}: ${transfer.files.length} files.`);
}

const { values } = parseArgs({
  options: {
    cloud: { type: 'string' },
    'token-file': { type: 'string' },
    in: { type: 'string' },
    out: { type: 'string' },
    station: { type: 'string' },
    'part-mib': { type: 'string', default: '4' },
    root: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<boolean> {
  const { cloud: url, 'token-file': tokenFile, root, station } = values;
  const way = values.in === undefined ? values.out : values.in;
  const usable = url !== undefined && tokenFile !== undefined && way !== undefined;
  if (!usable || (values.in === undefined && station === undefined))
    throw new Refused('Not enough said.', HELP);
  const connect = root === undefined ? {} : { ca: await readFile(root) };
  const token = (await readFile(tokenFile, 'utf8')).trim();
  const cloud: Cloud = { url, token, agent: new Agent({ connect }) };
  try {
    if (values.in !== undefined) return await takeIn(cloud, values.in);
    await putOut(cloud, way, station ?? '', Math.round(Number(values['part-mib']) * 1024 * 1024));
    return true;
  } finally {
    await cloud.agent.close();
  }
}

if (values.help) console.log(HELP);
else {
  try {
    process.exitCode = (await main()) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
