import type { Dispatch } from 'react';
import { useLocation } from 'wouter';
import type { ErrorView } from '#contract/errors.ts';
import { call } from '#client/client.ts';
import { putSync } from '#client/state/sync.ts';
import { useAction } from '#client/use-action.ts';
import { useInvitation } from './invitation.ts';
import { afterLook, missingToLook, pathIn, stepBack, type JoinFlow } from './join-flow.ts';

type Change = Dispatch<Partial<JoinFlow> | ((flow: JoinFlow) => JoinFlow)>;

/** What the wizard's buttons do. */
export interface JoinActs {
  busy: boolean;
  error: ErrorView | null;
  look: () => void;
  same: () => void;
  different: () => void;
  haveMembership: () => void;
  membership: () => void;
  back: () => void;
  leave: () => void;
}

const lookAt = async (flow: JoinFlow) =>
  flow.way === 'line'
    ? call('sync.look', { address: flow.address.trim() })
    : { ...(await call('sync.lookFile', { file: pathIn(flow.place, flow.fileName) })), url: '' };

/** Sends what leaves the station: only after people have compared. */
async function joinAs(flow: JoinFlow): Promise<Partial<JoinFlow>> {
  const { found, code } = flow;
  if (found === null) return {};
  const { fingerprint } = found;
  if (flow.way === 'line') {
    putSync(await call('sync.join', { url: found.url, fingerprint, code }));
    return { step: 'joined', code: '' };
  }
  const request = { file: pathIn(flow.place, flow.fileName), fingerprint, code, folder: flow.place };
  const { file } = await call('sync.joinFile', request);
  return { step: 'membership', requestFile: file, fileName: '' };
}

/** Binds the wizard's buttons to the station. */
export function useJoinActs(flow: JoinFlow, change: Change): JoinActs {
  const action = useAction();
  const [, go] = useLocation();
  const leave = () => {
    useInvitation.setState({ scanned: null });
    go('/sync');
  };
  return {
    busy: action.busy,
    error: action.error,
    leave,
    look: () => {
      if (missingToLook(flow) !== null || action.busy) return;
      action.run(async () => {
        const found = await lookAt(flow);
        change((now) => afterLook(now, found));
      });
    },
    same: () => action.run(async () => change(await joinAs(flow))),
    different: () => change({ step: 'different' }),
    haveMembership: () => change({ step: 'membership', fileName: '' }),
    membership: () =>
      action.run(async () => {
        putSync(await call('sync.membershipFile', { file: pathIn(flow.place, flow.fileName) }));
        change({ step: 'joined', code: '' });
      }),
    back: () => {
      action.clear();
      const before = stepBack(flow);
      if (before === null) leave();
      else change(before);
    },
  };
}
