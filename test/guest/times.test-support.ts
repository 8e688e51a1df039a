/** Boot takes 4 s alone; other tests may have both processors. */
export const BOOT_MS = 120_000;
export const TEST_MS = 90_000;
