import type { ColumnType } from 'kysely';

/** Instants come out as Date and go in as Date or ISO 8601. */
export type Instant = ColumnType<Date, Date | string, Date | string>;
export type NullableInstant = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
/** Whole numbers of 64 bits are read as JavaScript numbers: none of ours comes near 2^53. */
export type Count = ColumnType<number, number | undefined, number>;
export type Json<T> = ColumnType<T, string, string>;
export type Defaulted<T> = ColumnType<T, T | undefined, T>;

/** Every table begins with it, and every query names it: tables are partitioned by it. */
export interface Owned {
  tenant_id: string;
}

/** `epoch` and `position`: the message that said so last; a later one wins. */
export interface FromMessage {
  epoch: number;
  position: number;
}
