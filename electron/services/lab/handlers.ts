import type { CallContext, ChannelName, HandlersOf } from '#contract/contract.ts';
import { told } from '#services/engine/failures.ts';
import type { Lab } from './lab.ts';

type LabChannel = Extract<ChannelName, `lab.${string}`>;

const done = { done: true } as const;
const actorOf = ({ session }: CallContext): string => session?.person.id ?? 'station';

/** One board on the bench, by hand (docs/lab.md). */
export function createLabHandlers(lab: Lab): HandlersOf<LabChannel> {
  return {
    'lab.open': ({ site }, context) => told(lab.open(site, actorOf(context))),
    async 'lab.get'({ site }) {
      return Promise.resolve(lab.session(site).view());
    },
    async 'lab.close'({ site }, context) {
      await told(lab.close(site, actorOf(context)));
      return done;
    },
    async 'lab.run'({ site, act, confirmUid }, context) {
      return told(lab.session(site).run(act, confirmUid, actorOf(context)));
    },
    async 'lab.stop'({ site }) {
      lab.session(site).stop();
      return Promise.resolve(done);
    },
    async 'lab.log'(request) {
      return Promise.resolve(lab.log(request));
    },
    async 'lab.exportLog'({ site }) {
      return lab.exportLog(site);
    },
  };
}
