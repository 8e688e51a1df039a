import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { DriverError } from '#drivers/core/errors.ts';
import type { Image } from '#drivers/core/image.ts';
import type { OperationInput, OperationName, Progress } from '#drivers/core/operations.ts';
import { Site } from '#drivers/host/site.ts';
import { loadTarget } from '#drivers/targets/registry.ts';
import { Tap } from './tap.ts';
import { fromLine, toLine, type Question, type Report } from './wire-lines.ts';

/**
 * A site of the driver process on a debug server in here, told what to do from outside: `node gdb-site.ts HOST PORT`. A line
 * of JSON is a question, a line each is what happens and what comes out; ends when the connection does.
 */
const [host = '', port = ''] = process.argv.slice(2);
const socket = connect(Number(port), host);
socket.on('error', () => process.exit(1)).on('end', () => process.exit(0));
const tell = (report: Report): boolean => socket.write(toLine(report));

const images = new Map<string, Image>();
const get = (sha256: string): Image => {
  const image = images.get(sha256);
  if (image === undefined) throw new RangeError(`no image ${sha256}`);
  return image;
};
let site: Site | null = null;
let tap: Tap | null = null;

async function answer(question: Question): Promise<unknown> {
  switch (question.ask) {
    case 'open': {
      tap = question.record ? await Tap.open(question.server) : null;
      const path = `tcp://127.0.0.1:${tap?.port ?? question.server}`;
      const driver = await loadTarget(question.target);
      const spec = { path, control: { kind: 'operator' as const } };
      site = await Site.open('A1', spec, { driver, images: { get } }, ({ type }) => tell({ event: type }));
      return path;
    }
    case 'image':
      images.set(question.image.sha256, question.image);
      return null;
    case 'run':
      return run(question.operation, question.input);
    case 'close': {
      await site?.close();
      site = null;
      await tap?.close();
      return tap?.turns ?? [];
    }
  }
}

async function run(operation: OperationName, input: OperationInput<OperationName>): Promise<unknown> {
  if (site === null) throw new RangeError('no site is open');
  let last = '';
  const progress = ({ note = '' }: Progress): void => {
    if (note !== last) tell({ event: `progress ${(last = note)}` });
  };
  const started = performance.now();
  const { output } = await site.run(operation, input, { signal: new AbortController().signal, progress });
  return { output, seconds: (performance.now() - started) / 1000 };
}

createInterface(socket).on('line', (line) => {
  const question = fromLine(line) as Question;
  answer(question).then(
    (result) => tell({ id: question.id, result }),
    (error: unknown) =>
      tell({ id: question.id, error: error instanceof DriverError ? error.toJSON() : String(error) }),
  );
});
