import { describe, expect, it } from 'vitest';
import { codeFault, groupCode, isCode } from './code.ts';

describe('a one-time code as it is typed', () => {
  it('groups itself, whatever the case, blanks and dashes', () => {
    expect(groupCode('abcd efgh-ijkl mnop')).toBe('ABCD-EFGH-IJKL-MNOP');
    expect(groupCode('abcd-e')).toBe('ABCD-E');
    expect(groupCode('')).toBe('');
  });
  it('keeps no more than sixteen', () => {
    expect(groupCode('ABCDEFGHIJKLMNOPQR')).toBe('ABCD-EFGH-IJKL-MNOP');
  });
  it('names what cannot stand in a code', () => {
    expect(codeFault('ABC0')).toContain('no 0');
    expect(codeFault('ABCD-2')).toBeNull();
  });
  it('is a code once it is whole', () => {
    expect(isCode('ABCD-EFGH-IJKL-MNO2')).toBe(true);
    expect(isCode('ABCD-EFGH-IJKL-MNO')).toBe(false);
    expect(isCode('ABCD-EFGH-IJKL-MNO1')).toBe(false);
  });
});
