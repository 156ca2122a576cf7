/** What is "already so" is success: the two ways to find out that it is. */
import { Fault, type FaultKind } from './engine.js';

/** A fault of these kinds counts as the answer `instead`. */
export async function unlessFault<T>(
  kinds: readonly FaultKind[],
  instead: T,
  make: () => Promise<T>,
): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof Fault && kinds.includes(error.kind)) return instead;
    throw error;
  }
}

/**
 * After a fault of these kinds, looks whether it is so all the same. Docker's words for "already so" differ by
 * version; what the container looks like does not.
 */
export async function unlessAlready(
  kinds: readonly FaultKind[],
  isSo: () => Promise<boolean>,
  make: () => Promise<void>,
): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (!(error instanceof Fault && kinds.includes(error.kind) && (await isSo()))) throw error;
  }
}
