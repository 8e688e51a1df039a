/** Numbers that bound how many runs may be under way. */
export interface Room {
  quantity: number;
  made: number;
  unknown: number;
  /** What the job may still make, as the store last said. */
  allowanceLeft: number;
}

/** A run under way: it counts against the quantity at once, against the allowance until it has been debited. */
export interface TakenPlace {
  debited: boolean;
}

/** Why no further run may start, or null. A unit to be read back may have been made: it keeps its place. */
export function whyFull(room: Room, taken: readonly TakenPlace[]): 'quantity' | 'allowance' | null {
  if (room.made + room.unknown + taken.length >= room.quantity) return 'quantity';
  const pending = taken.filter((place) => !place.debited).length;
  return room.allowanceLeft - pending <= 0 ? 'allowance' : null;
}
