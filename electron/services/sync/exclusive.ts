/** Runs what it is given one after the other, in the order asked. A failure stops nobody but its own caller. */
export type Exclusive = <T>(act: () => Promise<T>) => Promise<T>;

export function createExclusive(): Exclusive {
  let turn: Promise<unknown> = Promise.resolve();
  return (act) => {
    const mine = turn.then(act);
    turn = mine.catch(() => undefined);
    return mine;
  };
}
