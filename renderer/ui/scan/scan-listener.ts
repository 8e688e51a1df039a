import { BurstReader } from './burst.ts';

/** Takes a scan, or returns false to leave it to the one below. */
export type ScanHandler = (text: string) => boolean;

const handlers: ScanHandler[] = [];

/** Adds a handler on top of those there; the returned function takes it away. */
export function pushScanHandler(handler: ScanHandler): () => void {
  handlers.push(handler);
  return () => {
    const index = handlers.indexOf(handler);
    if (index >= 0) handlers.splice(index, 1);
  };
}

type Field = HTMLInputElement | HTMLTextAreaElement;

const isField = (target: EventTarget | null): target is Field =>
  target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type !== 'checkbox');

/** Puts back what a field held before a scan ran into it, in the way React notices. */
function restore(field: Field, value: string): void {
  const prototype =
    field instanceof HTMLInputElement ? HTMLInputElement.prototype : HTMLTextAreaElement.prototype;
  Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, value);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Listens to every key of the window. A field marked data-scan takes scans itself: they are typed into it and ended by Enter. */
export function startScanListener(): () => void {
  const reader = new BurstReader();
  let held: { field: Field; value: string } | null = null;
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { target } = event;
    const seen = reader.feed(event.key, event.timeStamp);
    // A space within a scan would press the button in focus, and a question mark open the help.
    if (seen.kind === 'more' && !isField(target)) event.preventDefault();
    if (seen.kind === 'start') held = isField(target) ? { field: target, value: target.value } : null;
    if (seen.kind !== 'scan' || (isField(target) && target.dataset['scan'] !== undefined)) return;
    const inField = held !== null && held.field === target ? { ...held, full: held.field.value } : null;
    // Before anybody takes the scan: who does may write into that very field.
    if (inField) restore(inField.field, inField.value);
    const taken = handlers.toReversed().some((handler) => handler(seen.text));
    if (!taken) {
      if (inField) restore(inField.field, inField.full);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener('keydown', onKey, { capture: true });
  return () => window.removeEventListener('keydown', onKey, { capture: true });
}
