import { operations } from 'virtual:operations';
import type { Answer, OperationName, Params } from '#cloud/contract/api.ts';
import { addressOf, refused } from './client.ts';
import { lineLost, lineOpen } from './line.ts';
import { lost } from './problem.ts';

export interface Upload {
  /** Bytes sent so far. */
  onProgress?: (sent: number) => void;
  signal?: AbortSignal;
}

/** Sends bytes as they are. XMLHttpRequest, because fetch does not tell how far it is. */
export function upload<O extends OperationName>(
  name: O,
  params: Params<O>,
  bytes: Blob,
  { onProgress, signal }: Upload = {},
): Promise<Answer<O>> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(operations[name].method, addressOf(name, { params }));
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.responseType = 'json';
    request.upload.onprogress = (event) => onProgress?.(event.loaded);
    request.onload = () => {
      lineOpen();
      if (request.status < 300) resolve(request.response as Answer<O>);
      else reject(refused(request.status, request.response));
    };
    request.onerror = () => {
      lineLost();
      reject(lost(null));
    };
    request.onabort = () => reject(new DOMException('Stopped.', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(bytes);
  });
}
