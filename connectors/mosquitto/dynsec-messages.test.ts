import { expect, it } from 'vitest';
import { parseAnswer, parseClient, parseDefaults, toTextName } from './dynsec-messages.ts';

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const FINGERPRINT = 'ab'.repeat(32);

it('reads answers as 2.0.11 gives them', () => {
  // Recorded from mosquitto 2.0.11.
  const recorded =
    '{"responses":[{"command":"createRole","correlationData":"r1"},{"command":"disableClient","correlationData":"3"},{"command":"getClient","data":{"client":{"username":"dev1","textname":"aa","disabled":true,"roles":[{"rolename":"refused"}],"groups":[]}},"correlationData":"4"},{"command":"createClient","error":"Client already exists","correlationData":"5"}]}';
  const answers = parseAnswer(new TextEncoder().encode(recorded));
  expect(answers.map((answer) => answer.correlationData)).toEqual(['r1', '3', '4', '5']);
  expect(answers[3]?.error).toBe('Client already exists');
  expect(parseClient(answers[2]!)).toEqual({ fingerprint: null, disabled: true });
  expect(parseClient(answers[3]!)).toBeUndefined();
});

it('reads the fingerprint that it wrote, and no other text as one', () => {
  const client = (textname: string) => parseClient({ data: { client: { username: 'x', textname } } });
  expect(client(toTextName(FINGERPRINT))).toEqual({ fingerprint: FINGERPRINT, disabled: false });
  for (const text of [FINGERPRINT, `sha256:${FINGERPRINT}0`, `sha256:${FINGERPRINT.toUpperCase()}`, ''])
    expect(client(text)).toEqual({ fingerprint: null, disabled: false });
});

it.each([
  ['no JSON', new TextEncoder().encode('{"responses":')],
  ['no UTF-8', new Uint8Array([0xff, 0xfe])],
  ['nothing', new Uint8Array()],
  ['another shape', bytes({ responses: { a: 1 } })],
  ['another kind of answer', bytes({ responses: [{ correlationData: 7 }] })],
])('takes %s for no answer', (_, message) => {
  expect(parseAnswer(message)).toEqual([]);
});

it('an answer without defaults is not the answer that nothing is allowed', () => {
  expect(parseDefaults({ error: 'Internal error' })).toBeNull();
  const acls = [
    { acltype: 'subscribe', allow: false },
    { acltype: 'unsubscribe', allow: true },
  ];
  expect(parseDefaults({ data: { acls } })).toEqual(new Set(['unsubscribe']));
});
