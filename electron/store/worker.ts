import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { openForReading, openForWriting, type OpenDatabase } from './open-database.ts';
import { commitGroup, dispatch, failed } from './group-commit.ts';
import { toStoreError } from './sqlite-errors.ts';
import { CLOSE, errorToJson, type Call, type Ready, type Reply, type WorkerOptions } from './wire.ts';

/** Calls in one transaction at most: bounds how long the first of them waits. */
const GROUP_LIMIT = 128;

function read({ methods }: OpenDatabase, call: Call): Reply {
  try {
    return { id: call.id, ok: true, value: dispatch(methods, call) };
  } catch (error) {
    return failed(call.id, error);
  }
}

/** The call that woke the thread and those that wait behind it. */
function waiting(port: MessagePort, first: Call): Call[] {
  const calls = [first];
  while (calls.length < GROUP_LIMIT) {
    const next = receiveMessageOnPort(port) as { message: Call } | undefined;
    if (next === undefined) break;
    calls.push(next.message);
  }
  return calls;
}

function serve(port: MessagePort, options: WorkerOptions, open: OpenDatabase): void {
  port.on('message', (message: Call | typeof CLOSE) => {
    if (message === CLOSE) {
      open.close();
      port.close();
      return;
    }
    const replies =
      options.mode === 'read'
        ? [read(open, message)]
        : commitGroup(open.connection, open.methods, waiting(port, message));
    for (const reply of replies) port.postMessage(reply);
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
