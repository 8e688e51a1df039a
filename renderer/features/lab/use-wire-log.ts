import { useEffect, useRef, useState } from 'react';
import type { Response } from '#contract/contract.ts';
import type { LogEntry } from '#contract/lab.ts';
import { call } from '#client/client.ts';

export interface LogFilter {
  text: string;
  direction: LogEntry['direction'] | null;
}

/** Entries that a screen holds: the station keeps ten thousand, and its file has them all. */
const MOST = 2000;
/** The station batches every 50 ms; a person reads slower. */
const ASK_MS = 300;
const PAGE = 500;
const NOTHING: WireLogState = { entries: [], dropped: 0 };

export interface WireLogState {
  entries: readonly LogEntry[];
  dropped: number;
}

/** Follows the byte log of a board while `following`; a new filter begins anew. */
export function useWireLog(site: string, open: boolean, following: boolean, filter: LogFilter): WireLogState {
  const { text, direction } = filter;
  const key = `${site} ${direction ?? ''} ${text}`;
  const [state, setState] = useState<WireLogState & { key: string }>({ key, ...NOTHING });
  const cursor = useRef({ key, after: 0 });
  useEffect(() => {
    if (!open || !following) return;
    if (cursor.current.key !== key) cursor.current = { key, after: 0 };
    let stopped = false;
    let timer: ReturnType<typeof setTimeout>;
    const take = ({ entries, dropped }: Response<'lab.log'>) => {
      cursor.current.after = entries.at(-1)?.seq ?? cursor.current.after;
      setState((before) => {
        const older = before.key === key ? before.entries : [];
        return { key, dropped, entries: [...older, ...entries].slice(-MOST) };
      });
    };
    const ask = async () => {
      const request = {
        ...{ site, after: cursor.current.after, limit: PAGE },
        ...(text === '' ? {} : { filter: text }),
        ...(direction === null ? {} : { direction }),
      };
      // A line lost in between asks again when it is back.
      const answer = await call('lab.log', request).catch(() => null);
      if (stopped) return;
      if (answer !== null) take(answer);
      timer = setTimeout(() => void ask(), answer?.entries.length === PAGE ? 0 : ASK_MS);
    };
    void ask();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [site, open, following, text, direction, key]);
  return state.key === key ? state : NOTHING;
}
