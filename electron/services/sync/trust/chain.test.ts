import { newRoot, newSender, newWorld } from '#protocol/courier/courier-fixtures.ts';
import { expect, it } from 'vitest';
import { verifyChain } from './chain.ts';

const DAY_MS = 86_400_000;
const world = await newWorld();
const { root, issuing, senders } = world;
const chain = [senders.cloud.certificate, issuing.certificate];
const rule = { root: root.certificate, at: new Date() };
const PURPOSE = '1.3.6.1.5.5.7.3.36';

it('a chain leads to the pinned root, with or without the root in it', () => {
  expect(verifyChain(chain, rule).subject).toContain('cloud:cl-1');
  expect(verifyChain([...chain, root.certificate], { ...rule, purpose: PURPOSE }).subject).toContain('cloud');
});

it('anything else is named', async () => {
  const other = await newRoot('Other Root');
  const stranger = await newSender('stranger', other);
  const late = await newSender('late', root, {
    notBefore: new Date(Date.now() - 20 * DAY_MS),
    notAfter: new Date(Date.now() - DAY_MS),
  });
  const under = await newSender('under an end entity', senders.cloud);
  const fault = (given: readonly Uint8Array[], more: object = {}) => {
    try {
      verifyChain(given, { ...rule, ...more });
      return null;
    } catch (error) {
      return (error as { fault: string }).fault;
    }
  };
  expect(fault([stranger.certificate])).toBe('other-root');
  expect(fault([stranger.certificate, other.certificate])).toBe('other-root');
  expect(fault([root.certificate])).toBe('other-root');
  expect(fault([])).toBe('other-root');
  expect(fault([senders.cloud.certificate])).toBe('other-root');
  expect(fault([under.certificate, ...chain])).toBe('not-a-ca');
  expect(fault([Buffer.from('no certificate')])).toBe('unreadable');
  expect(fault(chain, { purpose: '1.3.6.1.5.5.7.3.1' })).toBe('purpose');
  expect(fault([late.certificate])).toBe('time');
  expect(fault([late.certificate], { toleranceMs: 2 * DAY_MS })).toBeNull();
});
