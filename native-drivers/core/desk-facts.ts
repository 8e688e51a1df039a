import type { Image } from './image.ts';
import type { OperationName } from './operations.ts';

/** Files that a job may bring, by what they are (docs/jobs.md). */
export const ARTEFACT_KINDS = [
  ...(['image', 'esp-image', 'esp-secure-cert', 'mcuboot-image', 'dfuse'] as const),
  ...(['rkey', 'key-certificate', 'code-certificate', 'fuse-value'] as const),
  // For the station: no chip sees it.
  'key-recipient',
] as const;
export type ArtefactKind = (typeof ARTEFACT_KINDS)[number];

/** Parameters of a phase, as a recipe writes them. */
export type PhaseParams = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Fuses of the chip, or emulated ones in its flash (ESP-IDF, CONFIG_EFUSE_VIRTUAL). */
export type EfuseKind = 'virtual' | 'silicon';

/** Words of a life cycle (`PartState.lifecycle`) that stand there once an operation was carried out. */
export interface LifecycleMark {
  dlm?: string;
  protection?: string;
}

/** What a family says of itself before any part is in a socket: what a job may ask of it, and what can never be undone. */
export interface DeskFacts {
  /** True: with these parameters nothing brings the part back. Absent: so are `lock`, `burn`, `protect` and every move. */
  isForEver?(operation: OperationName, params: PhaseParams): boolean;
  /** True: the part can prove nothing before this was done, so that it may come before the proof although it is for ever. */
  comesFirst?(operation: OperationName, params: PhaseParams): boolean;
  /** What the life cycle says once this was done; null: it does not show it. Absent: it shows nothing but `locked`. */
  shows?(operation: OperationName, params: PhaseParams): LifecycleMark | null;
  /** Life cycles (`dlm`) of a part that nobody has made yet. Absent: a made part cannot be told by it. */
  fresh?: readonly string[];
  /** Roots of trust (their ids) that its parts can have, beside none. */
  rootsOfTrust?: readonly string[];
  /** Absent: `image` only. */
  takes?: readonly ArtefactKind[];
  /**
   * Refuses at a desk, by DriverError, an image that says itself that it is for another chip. `efuse`: what the job says
   * that it is built for; an image that does not say the same is refused, as the driver goes by the image alone.
   */
  checkImage?(image: Image, efuse?: EfuseKind): void;
  /** What an image calls itself, for a person who compares it: `sensor 1.4.2, ESP-IDF v5.3`. Null: it does not say. */
  describeImage?(image: Image): string | null;
}
