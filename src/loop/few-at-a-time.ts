/** Asks for many things without asking for all at once: neither this process nor who is asked has a burst of work. */

/** Enough to keep the engine busy; a thousand at once keep everything else waiting for seconds. */
const FEW = 4;

/** In the order of `items`. Rejects as soon as one of them does. */
export async function fewAtATime<T, R>(
  items: readonly T[],
  ask: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const answers = new Map<number, R>();
  const left = items.entries();
  const worker = async () => {
    for (const [at, item] of left) answers.set(at, await ask(item));
  };
  await Promise.all(Array.from({ length: Math.min(FEW, items.length) }, worker));
  return [...answers].sort(([one], [other]) => one - other).map(([, answer]) => answer);
}
