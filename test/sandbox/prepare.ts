/** Sets up what tests and demo stand on: the machine's programs and the images. Quick where all of it is there. */
import { cacheFolder } from './images.js';
import { withLock } from './lock.js';
import { addSystemFolders, checkMachine, prepareMachine, Unprepared } from './machine.js';
import { prepareImages } from './prepare-images.js';

const say = (line: string) => process.stderr.write(`sandbox: ${line}\n`);

try {
  addSystemFolders();
  checkMachine();
  await withLock(`${cacheFolder}/lock`, async () => {
    await prepareMachine(say);
    await prepareImages(say);
  });
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof Unprepared ? 2 : 1;
}
