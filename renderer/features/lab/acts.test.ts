import { describe, expect, it } from 'vitest';
import { contract } from '#contract/contract.ts';
import { ACT_CARDS, actOf, type FieldValues } from './acts.ts';

const filled: FieldValues = {
  ...{
    slot: 'SECDBG',
    wrapped: 'AA 01',
    bytes: '32',
    key: '00112233445566778899aabbccddeeff',
    level: 'RDP1',
  },
  ...{ to: 'DPL', fuse: 'BLOCK_KEY0', value: '01:02', disableInitialize: true },
};

describe('acts of the lab', () => {
  it.each(ACT_CARDS.map((card) => [card.operation, card] as const))(
    '%s is one that the station takes',
    (_, card) => {
      const act = actOf(card, filled);
      expect(
        contract['lab.run'].request.safeParse({ site: 'A1', act, confirmUid: null }).error,
      ).toBeUndefined();
    },
  );

  it.each([
    ['burn', 'value', 'abc'],
    ['burn', 'fuse', ' '],
    ['generate-key', 'bytes', '0'],
    ['generate-key', 'bytes', '1e3'],
    ['set-user-key', 'key', ''],
    ['inject-key', 'wrapped', 'zz'],
  ])('%s is not complete with %s "%s"', (operation, field, value) => {
    const card = ACT_CARDS.find((one) => one.operation === operation)!;
    expect(actOf(card, { ...filled, [field]: value })).toBeNull();
  });

  it('leaves out a key that a move does not need', () => {
    const card = ACT_CARDS.find((one) => one.operation === 'move-lifecycle')!;
    expect(actOf(card, { to: 'DPL' })).toEqual({ operation: 'move-lifecycle', to: 'DPL' });
  });
});
