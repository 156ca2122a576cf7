/**
 * The demo: `npm run demo` prepares the sandbox and comes here. One host with an engine and an etcd of its own, the
 * agent on it, and its main job step by step; or several of them. Exit codes: 0 all went as it should, 1 a step did not, 2 bad usage.
 */
import { readArguments, usage } from './demo/arguments.js';
import { presentInBackground } from './demo/background.js';
import { clusterPiece } from './demo/cluster-tour.js';
import { present } from './demo/present.js';
import { oneHostPiece } from './demo/tour.js';

const chosen = readArguments(process.argv.slice(2));
switch (chosen.kind) {
  case 'help':
    process.stdout.write(usage);
    break;
  case 'misuse':
    process.stderr.write(`${chosen.text}\n`);
    process.exitCode = 2;
    break;
  case 'once':
    process.exitCode = await present(oneHostPiece({ keep: false }));
    break;
  case 'cluster':
    process.exitCode = await present(clusterPiece(chosen.hosts));
    break;
  case 'keep':
    // With a channel to a parent, this is the background already.
    process.exitCode =
      process.send === undefined ? await presentInBackground() : await present(oneHostPiece({ keep: true }));
    break;
}
