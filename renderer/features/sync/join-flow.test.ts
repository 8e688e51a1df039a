import { describe, expect, it } from 'vitest';
import { afterLook, beginJoin, missingToLook, pathIn, stepBack } from './join-flow.ts';

const fingerprint = '9f3c11a0b7d2e845'.padEnd(64, 'a');
const found = { url: 'https://cloud.plant:7443', cloud: 'Plant', tenant: 'North', fingerprint };
const qr = { url: found.url, code: 'ABCD-EFGH-IJKL-MNO2', fingerprint: fingerprint.slice(0, 16) };

describe('joining, step by step', () => {
  it('a scanned code fills in both, and what it says of the fingerprint is compared', () => {
    const flow = beginJoin('line', qr);
    expect(missingToLook(flow)).toBeNull();
    expect(afterLook(flow, found).step).toBe('compare');
    const other = { ...found, fingerprint: `8${fingerprint.slice(1)}` };
    expect(afterLook(flow, other).step).toBe('different');
  });
  it('nothing scanned: people alone compare', () => {
    const flow = { ...beginJoin('line', null), address: 'cloud.plant', code: qr.code };
    expect(afterLook(flow, found).step).toBe('compare');
  });
  it('a QR code without digits of a fingerprint proves nothing and stops', () => {
    expect(afterLook(beginJoin('line', { ...qr, fingerprint: '' }), found).step).toBe('different');
  });
  it('says what is missing', () => {
    expect(missingToLook(beginJoin('line', null))).toContain('address');
    expect(missingToLook({ ...beginJoin('line', null), address: 'x' })).toContain('code');
    expect(missingToLook(beginJoin('file', qr))).toContain('stick');
  });
  it('goes back one step at a time, and forgets who answered', () => {
    const compared = afterLook(beginJoin('line', qr), found);
    expect(stepBack(compared)).toMatchObject({ step: 'ask', found: null, address: found.url });
    expect(stepBack({ ...compared, step: 'different' })?.step).toBe('ask');
    expect(stepBack({ ...compared, step: 'membership' })?.step).toBe('compare');
    expect(stepBack(beginJoin('line', null))).toBeNull();
  });
  it('finds a file on any system', () => {
    expect(pathIn('/media/stick', 'a.json')).toBe('/media/stick/a.json');
    expect(pathIn('E:\\', 'a.json')).toBe('E:\\a.json');
    expect(pathIn('C:\\In', ' a.json ')).toBe('C:\\In\\a.json');
    expect(pathIn('/media/stick', ' ')).toBe('/media/stick');
    expect(pathIn('/media/stick', '/tmp/b.json')).toBe('/tmp/b.json');
  });
});
