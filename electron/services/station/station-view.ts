import type { StationView, Warning } from '#contract/station.ts';

const DAY_MS = 86_400_000;
const CA_WARNING_DAYS = 90;
const LOW_DISK_BYTES = 1024 ** 3;

export interface StationFacts {
  name: string;
  version: string;
  demo: boolean;
  startedAt: string;
  vault: { kind: 'demo-file' | 'passphrase'; locked: boolean };
  driver: StationView['driver'];
  diskFreeBytes: number;
  /** Throws when a CA certificate does not outlive `until`. */
  checkValidity: (until: Date) => void;
  line: StationView['line'];
  /** What the line has to say to everyone. */
  lineWarnings: readonly Warning[];
  /** Passed units whose record could not be written yet. */
  recordsMissing: number;
}

/** The station as the header and the sign-in page show it. */
export function stationView(facts: StationFacts): StationView {
  const { name, version, demo, startedAt, vault, driver, diskFreeBytes, line } = facts;
  return {
    ...{ name, version, demo, startedAt, driver, diskFreeBytes },
    brand: 'Rootline',
    vault: { kind: vault.kind, locked: vault.locked },
    line,
    warnings: warningsOf(facts),
  };
}

function warningsOf(facts: StationFacts): Warning[] {
  const all: (Warning | null)[] = [
    facts.vault.kind === 'demo-file'
      ? warning(
          'demo-key',
          'warning',
          'Demo key: parts made here are for trying out only.',
          'Ship none of them.',
        )
      : null,
    facts.vault.locked
      ? warning('vault-locked', 'error', 'The vault is locked.', 'Ask the security officer to unlock it.')
      : null,
    facts.driver.state === 'restarting'
      ? warning('driver', 'warning', 'The driver process ended and is restarting.', 'Leave all parts in.')
      : null,
    facts.diskFreeBytes < LOW_DISK_BYTES
      ? warning(
          'disk',
          'warning',
          'Less than 1 GiB is free on the disk.',
          'Free some space before the next batch.',
        )
      : null,
    facts.recordsMissing > 0
      ? warning(
          'records',
          'error',
          `${facts.recordsMissing} records could not be written.`,
          'Free some space; the export writes them again.',
        )
      : null,
    authority(facts),
    ...facts.lineWarnings,
  ];
  return all.filter((one) => one !== null);
}

const warning = (id: string, level: Warning['level'], text: string, next: string): Warning => ({
  ...{ id, level, text, next },
});

function authority({ checkValidity }: StationFacts): Warning | null {
  try {
    checkValidity(new Date(Date.now() + CA_WARNING_DAYS * DAY_MS));
    return null;
  } catch {
    // The refusal names the certificate; the pre-flight shows it in full.
    const text = `A certificate of the authority ends within ${CA_WARNING_DAYS} days.`;
    return warning('ca-expiry', 'warning', text, 'Have the security officer renew it.');
  }
}
