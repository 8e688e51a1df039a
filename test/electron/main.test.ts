import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildElectron, buildRenderer } from '#scripts/build.ts';

const root = join(import.meta.dirname, '..', '..');
const dataDir = mkdtempSync(join(tmpdir(), 'rootline-electron-'));

interface Page {
  status: number;
  headers: Record<string, string>;
  body: string;
}
interface Reply {
  ok: boolean;
  error?: { code: string };
}
interface Report {
  webPreferences: Record<string, unknown>;
  windows: number;
  calls: [string, string | null][];
  schemes: { scheme: string; privileges: Record<string, boolean> }[];
  navigation: Record<string, boolean>;
  windowOpen: unknown;
  permission: boolean;
  permissionCheck: boolean;
  devicePermission: boolean;
  page: Page;
  outside: Page;
  otherHost: Page;
  posted: Page;
  exposed: Record<string, string[]>;
  own: Reply;
  foreignFrame: Reply;
  childFrame: Reply;
  noFrame: Reply;
  notSignedIn: Reply;
  malformed: Reply;
  bridged: unknown;
}

describe('the built main and preload, under a stand-in for electron', () => {
  let report: Report;
  let exitCode: number | null;

  beforeAll(async () => {
    await buildRenderer();
    await buildElectron();
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'run-main.mjs'), '.', '--data-dir', dataDir],
      {
        env: { ...process.env, ROOTLINE_APP_PATH: root },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    report = JSON.parse(await text(child.stdout)) as Report;
    exitCode = await exited;
  }, 120_000);
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('sandboxes the one window and keeps Node out of the page', () => {
    expect(report.calls).toContainEqual(['enableSandbox', null]);
    expect(report.windows).toBe(1);
    expect(report.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
    });
  });

  it('denies navigation, new windows, webviews and downloads', () => {
    const { own, ...elsewhere } = report.navigation;
    expect(own).toBe(false);
    expect(Object.entries(elsewhere).filter(([, prevented]) => !prevented)).toEqual([]);
    expect(report.windowOpen).toEqual({ action: 'deny' });
  });

  it('denies every permission', () => {
    expect([report.permission, report.permissionCheck, report.devicePermission]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('keeps nothing of the page on the disk', () => {
    expect(report.calls).toContainEqual(['partition', 'station']);
  });

  it('serves the page from its own secure scheme with a strict policy and a fresh nonce', () => {
    expect(report.schemes).toEqual([
      { scheme: 'rootline', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ]);
    expect(report.calls).toContainEqual(['loadURL', 'rootline://station/']);
    const policy = report.page.headers['content-security-policy'] ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    expect(nonce.length).toBeGreaterThan(16);
    expect(report.page.body).toContain(nonce);
  });

  it('serves nothing outside the page’s folder, no other host and no other method', () => {
    expect([report.outside.status, report.otherHost.status, report.posted.status]).toEqual([404, 403, 403]);
  });

  it('exposes one object with two functions', () => {
    expect(report.exposed).toEqual({ rootline: ['call', 'subscribe'] });
    expect(report.bridged).toBe('answered');
  });

  it('answers its own main frame only', () => {
    expect(report.own).toMatchObject({ ok: true, value: { demo: true } });
    for (const reply of [report.foreignFrame, report.childFrame, report.noFrame]) {
      expect(reply).toMatchObject({ ok: false, error: { code: 'bad-sender' } });
    }
  });

  it('checks session and schema behind the frame', () => {
    expect(report.notSignedIn).toMatchObject({ ok: false, error: { code: 'not-signed-in' } });
    expect(report.malformed).toMatchObject({ ok: false, error: { code: 'bad-message' } });
  });

  it('closes everything when the window is closed', () => {
    expect(exitCode).toBe(0);
  });
});
