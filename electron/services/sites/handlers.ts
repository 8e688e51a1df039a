import type { CallContext, HandlersOf } from '#contract/contract.ts';
import { told } from '#services/engine/failures.ts';
import type { Sites } from './sites.ts';

type SiteChannel =
  | 'sites.list'
  | 'sites.start'
  | 'sites.startAll'
  | 'sites.readBack'
  | 'sites.clear'
  | 'sites.confirmPrompt'
  | 'sites.stop'
  | 'sites.stopAll';

const personOf = (context: CallContext): string | null => context.session?.person.id ?? null;

/** What an operator can do at a socket. A start of all sites starts those that can; the others say why on screen. */
export function createSiteHandlers(sites: Sites): HandlersOf<SiteChannel> {
  const done = { done: true } as const;
  return {
    'sites.list': () => Promise.resolve({ sites: sites.views() }),
    async 'sites.start'({ site }, context) {
      await told(sites.get(site).start(personOf(context)));
      return sites.get(site).view();
    },
    async 'sites.startAll'(_, context) {
      const ready = sites.all().filter((site) => site.state === 'ready');
      await Promise.all(ready.map((site) => site.startOrShow(personOf(context))));
      return done;
    },
    async 'sites.readBack'({ site }) {
      await told(sites.get(site).readBack());
      return sites.get(site).view();
    },
    async 'sites.clear'({ site }) {
      sites.get(site).clear();
      return Promise.resolve(sites.get(site).view());
    },
    async 'sites.confirmPrompt'({ site, prompt }) {
      await told(sites.get(site).around.confirm(prompt));
      return sites.get(site).view();
    },
    async 'sites.stop'({ site }) {
      sites.get(site).stop();
      return Promise.resolve(sites.get(site).view());
    },
    'sites.stopAll'() {
      for (const site of sites.all()) site.stop();
      return Promise.resolve(done);
    },
  };
}
