import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Scripts for a page that is held against the rules that do not need an eye. */
export const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const THEMES = ['dark', 'light', 'contrast'] as const;

/** Each rule that is broken, with the elements that break it. */
export const RUN_AXE = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.flatMap(({ id, impact, nodes }) => nodes.map(({ target, failureSummary }) =>
    impact + ' ' + id + ' ' + target.join(' ') + ': ' + failureSummary.split('\\n').slice(1, 3).join(' '))))`;

export const SCROLLS = `document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth`;
