import { isLostAnswer, outcomeOf } from './outcome.ts';

/**
 * Sends what cannot be undone, once. A lost answer is settled by what the chip shows: done means done. Rejects with
 * `outcome-unknown` where it shows nothing; nobody sends the command again.
 * @returns `answered`: the command itself was answered; `done`: the chip shows its effect; `lost`: why it was not answered.
 */
export async function onceAndRead(
  send: () => Promise<unknown>,
  isDone: () => Promise<boolean>,
): Promise<{ answered: boolean; done: boolean; lost: unknown }> {
  let lost: unknown = null;
  try {
    await send();
  } catch (error) {
    if (!isLostAnswer(error)) throw error;
    lost = error;
  }
  const done = await isDone().catch((error: unknown) => {
    throw outcomeOf(error);
  });
  return { answered: lost === null, done, lost };
}
