import { describe, expect, it } from 'vitest';
import type { OnboardingTargetView } from '#contract/sync.ts';
import { FILES, onlyFilesOf } from './broker-files.ts';
import { addressFault, isClear, targetLook } from './target-words.ts';

const target: OnboardingTargetView = {
  id: '7f6d1c1e-7a39-4d3e-9d0a-3b1f0e5a9c11',
  name: 'Plant broker',
  mode: 'devices',
  url: 'mqtts://broker:8883',
  paused: false,
  health: { ok: true, text: 'Mosquitto 2.0.11', at: '2026-11-23T12:00:00.000Z' },
  counts: { waiting: 0, retry: 0, registered: 0, dead: 0, revoked: 0 },
};

describe('a target in words', () => {
  it('paused comes before healthy', () => {
    expect(targetLook(target).word).toBe('Answers');
    expect(targetLook({ ...target, paused: true }).word).toBe('Paused');
    expect(targetLook({ ...target, health: null }).tone).toBe('idle');
    expect(targetLook({ ...target, health: { ...target.health!, ok: false } }).tone).toBe('fail');
  });
  it('asks for the files of the chosen way only, and takes no others along', () => {
    const keys = (mode: keyof typeof FILES) => FILES[mode].map(({ key }) => key);
    expect(keys('devices')).not.toContain('aclFile');
    expect(keys('devices-by-file')).toContain('aclFile');
    expect(keys('ca')).toEqual(['caDirectory', 'aclFile', 'crlFile', 'pidFile']);
    const typed = { crlFile: '/crl ', aclFile: '/acl', caDirectory: '/cas', pidFile: '' };
    const draft = { ...{ name: 'n', url: 'mqtts://b', ca: '', username: '', password: '' }, ...typed };
    expect(onlyFilesOf({ ...draft, mode: 'devices' })).toMatchObject({
      ...{ crlFile: '/crl', aclFile: '', caDirectory: '', pidFile: '' },
    });
    expect(onlyFilesOf({ ...draft, mode: 'ca' })).toMatchObject({ aclFile: '/acl', caDirectory: '/cas' });
  });
  it('names an address that the station would refuse', () => {
    expect(addressFault('mqtts://broker.plant:8883')).toBeNull();
    for (const url of ['broker:8883', 'https://broker', 'mqtts://broker/path', 'mqtts://a b'])
      expect(addressFault(url)).not.toBeNull();
    expect(isClear('mqtt://broker:1883')).toBe(true);
    expect(isClear('mqtts://broker:8883')).toBe(false);
  });
});
