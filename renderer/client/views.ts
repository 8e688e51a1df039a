import type { Response } from '#contract/contract.ts';

/** Views that the contract names by channel only. */
export type StationView = Response<'station.get'>;
export type Bench = Response<'bench.get'>;
export type BenchSite = Bench['sites'][number];
export type SelfTest = Response<'bench.selfTest'>;
export type People = Response<'session.people'>['people'];
export type Preflight = Response<'batches.preflight'>;
export type ScanMeaning = Response<'scan.resolve'>;
