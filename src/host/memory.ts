/** How V8 trades memory for speed, in a process that waits nearly all of its time. */
import { setFlagsFromString } from 'node:v8';

/**
 * From now on. Set here and not on the command line, so that it holds however the agent is started. On Node 20 it left
 * 76 MB resident of 136, after some changes of role with ten components, of which 46 are the pages of Node itself.
 */
export function spareMemory(): void {
  // Young objects: left alone, their space doubles up to 32 MB in a burst of work, and stays.
  setFlagsFromString('--semi-space-growth-factor=1');
  // Old ones: collected when there is a quarter more, in small steps, instead of twice or four times as much.
  setFlagsFromString('--heap-growing-percent=25');
  setFlagsFromString('--optimize-for-size');
  // The optimizing compiler takes 6 MB; nothing here runs hot.
  setFlagsFromString('--no-opt');
}
