import { describe, expect, it } from 'vitest';
import { joinView } from './join-words.ts';

const cut = { code: 'cut', what: 'The connection was cut.', chip: null, next: 'Nothing to do.', retry: true };

describe('a failure while joining', () => {
  it('never tells a person to wait for a line that does not exist yet', () => {
    expect(joinView(cut, true).what).toBe(cut.what);
    expect(joinView(cut, true).next).toContain('has left it');
  });
  it('does not claim that nothing has left once the request was sent', () => {
    expect(joinView(cut, false).next).not.toContain('has left it');
    expect(joinView(cut, false).next).toContain('code');
  });
  it('leaves what was said for joining as it is', () => {
    const refused = { ...cut, code: 'code-refused' };
    expect(joinView(refused, true)).toBe(refused);
  });
});
