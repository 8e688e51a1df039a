import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { openForReading, openForWriting, type OpenDatabase } from './open-database.ts';
import { commitGroup, dispatch, failed } from './group-commit.ts';
import { toStoreError } from './sqlite-errors.ts';
import { CLOSE, errorToJson, type Call, type Ready, type Reply, type WorkerOptions } from './wire.ts';

type Message = Call | typeof CLOSE;

/** Calls in one transaction at most: bounds how long the first of them waits. */
const GROUP_LIMIT = 128;

function read({ methods }: OpenDatabase, call: Call): Reply {
  try {
    return { id: call.id, ok: true, value: dispatch(methods, call) };
  } catch (error) {
    return failed(call.id, error);
  }
}

/** The message that woke the thread and those that wait behind it, up to and with a close. */
function waiting(port: MessagePort, first: Message): Message[] {
  const messages = [first];
  while (messages.length < GROUP_LIMIT && messages.at(-1) !== CLOSE) {
    const next = receiveMessageOnPort(port) as { message: Message } | undefined;
    if (next === undefined) break;
    messages.push(next.message);
  }
  return messages;
}

function serve(port: MessagePort, { mode }: WorkerOptions, open: OpenDatabase): void {
  const answer = (calls: Call[]): Reply[] =>
    mode === 'read'
      ? calls.map((call) => read(open, call))
      : commitGroup(open.connection, open.methods, calls);
  port.on('message', (first: Message) => {
    const messages = mode === 'read' ? [first] : waiting(port, first);
    const calls = messages.filter((message) => message !== CLOSE);
    if (calls.length > 0) for (const reply of answer(calls)) port.postMessage(reply);
    if (messages.length === calls.length) return;
    open.close();
    port.close();
  });
}

function start(port: MessagePort, options: WorkerOptions): void {
  try {
    const open = options.mode === 'write' ? openForWriting(options) : openForReading(options);
    serve(port, options, open);
    port.postMessage({ ready: true } satisfies Ready);
  } catch (error) {
    port.postMessage({ ready: false, error: errorToJson(toStoreError(error)) } satisfies Ready);
    port.close();
  }
}

if (parentPort !== null) start(parentPort, workerData as WorkerOptions);
