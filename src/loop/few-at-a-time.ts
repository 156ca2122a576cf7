/** Asks for many things without asking for all at once: neither this process nor who is asked has a burst of work. */
import { within } from './within.js';

/** Enough to keep the engine busy; a thousand at once keep everything else waiting for seconds. */
const FEW = 4;
/** One that takes longer makes no other wait for its turn; milliseconds. */
const PATIENCE = 50;

/** In the order of `items`, when all have answered. Rejects when one of them does. */
export async function fewAtATime<T, R>(
  items: readonly T[],
  ask: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const answers: Promise<R>[] = [];
  const left = items.entries();
  const worker = async () => {
    for (const [at, item] of left) {
      const answer = ask(item);
      answers[at] = answer;
      await within(PATIENCE, answer);
    }
  };
  await Promise.all(Array.from({ length: Math.min(FEW, items.length) }, worker));
  return Promise.all(answers);
}
