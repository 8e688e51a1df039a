import type { HandlersOf } from '#contract/contract.ts';
import type { HandlerPort } from './handler-port.ts';

type Channel = 'handler.get' | 'handler.set' | 'handler.renewToken';

/** The handler port as an officer sets it up. */
export function createHandlerPortHandlers(port: HandlerPort): HandlersOf<Channel> {
  return {
    'handler.get': () => Promise.resolve(port.view()),
    'handler.set': (wanted, { session }) => port.set(wanted, session?.person.id ?? 'station'),
    'handler.renewToken': (_request, { session }) => port.renew(session?.person.id ?? 'station'),
  };
}
