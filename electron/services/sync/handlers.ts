import type { CallContext, HandlersOf } from '#contract/contract.ts';
import type { SyncView } from '#contract/sync.ts';
import type { Store } from '#store/api.ts';
import { addressOf, fetchInvitation } from './join/invitation.ts';
import { readInvitation, readMembershipFile, writeRequest } from './join/join-files.ts';
import { codeOf, joinByLine } from './join/join.ts';
import { asAppError, type Sync } from './sync.ts';
import { kindTitle } from './sync-view.ts';

type SyncChannel =
  | 'sync.get'
  | 'sync.now'
  | 'sync.pause'
  | 'sync.settings'
  | 'sync.waiting'
  | 'sync.look'
  | 'sync.join'
  | 'sync.lookFile'
  | 'sync.joinFile'
  | 'sync.membershipFile'
  | 'sync.goOn';

const actorOf = (context: CallContext): string => context.session?.person.id ?? 'station';

/** What a call over the line fails of reaches the screen as a sentence like any other. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw asAppError(error);
  }
}

/** The line's use-cases for a screen. */
export function createSyncHandlers(
  sync: Sync,
  store: Pick<Store, 'outbox' | 'settings'>,
): HandlersOf<SyncChannel> {
  const then = async (act: Promise<void>): Promise<SyncView> => {
    await act;
    return sync.view();
  };
  return {
    'sync.get': () => sync.view(),
    'sync.now': () => then(sync.now()),
    'sync.pause': ({ paused }, context) => then(sync.pause(paused, actorOf(context))),
    'sync.settings': (wanted, context) => then(sync.setLocal(wanted, actorOf(context))),
    async 'sync.waiting'() {
      const kinds = await store.outbox.waitingByKind();
      return { kinds: kinds.map((one) => ({ ...one, title: kindTitle(one.kind) })) };
    },
    'sync.goOn': ({ reason }, context) => then(sync.goOn(reason, actorOf(context))),
    ...joining(sync, store.settings, then),
  };
}

function joining(
  sync: Sync,
  settings: Store['settings'],
  then: (act: Promise<void>) => Promise<SyncView>,
): HandlersOf<'sync.look' | 'sync.join' | 'sync.lookFile' | 'sync.joinFile' | 'sync.membershipFile'> {
  return {
    async 'sync.look'({ address }) {
      const url = addressOf(address);
      const found = await told(fetchInvitation(url, await sync.joinParts()));
      const { cloud, tenant } = found.invitation;
      return { url, cloud, tenant: tenant.name, fingerprint: found.fingerprint };
    },
    async 'sync.join'({ url, fingerprint, code }, context) {
      const wanted = { url: addressOf(url), fingerprint, code: codeOf(code) };
      const membership = await told(joinByLine(await sync.joinParts(), wanted));
      return then(sync.enter(membership, actorOf(context)));
    },
    async 'sync.lookFile'({ file }) {
      const { invitation, fingerprint } = await told(readInvitation(file));
      return { cloud: invitation.cloud, tenant: invitation.tenant.name, fingerprint };
    },
    async 'sync.joinFile'({ file, fingerprint, code, folder }, context) {
      const wanted = { file, fingerprint, folder, code: codeOf(code), actor: actorOf(context) };
      return { file: await told(writeRequest({ ...(await sync.joinParts()), settings }, wanted)) };
    },
    async 'sync.membershipFile'({ file }, context) {
      const membership = await told(readMembershipFile({ ...(await sync.joinParts()), settings }, file));
      return then(sync.enter(membership, actorOf(context)));
    },
  };
}
