/**
 * STAND-IN. Plays a program that can't be had: it listens on the true ports, at the addresses that its own flags or files
 * name, answers the true probe paths as a healthy instance does, leaves a mark in its data folders, and ends with the true
 * exit code. Mesos masters and Marathons elect a leader by ZooKeeper, as the true ones do. It does nothing else: no tasks, no
 * registry, no measuring.
 *
 * Which program: see command-line.mjs. What each does: mesos.mjs, services.mjs and monitoring.mjs.
 */
import { fail, name } from './command-line.mjs';
import { keepMark } from './data.mjs';
import { mesos } from './mesos.mjs';
import { monitoring } from './monitoring.mjs';
import { services } from './services.mjs';

/**
 * Name to `start`, which listens; `exit`, the code after SIGTERM; `leave`, what it does before that; and `data`, the folders
 * that it keeps.
 */
const parts = { ...mesos, ...services, ...monitoring };

const part = parts[name];
if (part === undefined) {
  console.error(
    `stand-in: name one of ${Object.keys(parts).join(', ')} as the first word of the command, not ${name}`,
  );
  process.exit(64);
}

// As the first process of a container it has no default action for signals: without this it would ignore them.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    const ended = () => fail(`${signal}, ends with ${part.exit}`, part.exit);
    Promise.resolve(part.leave?.()).then(ended, ended);
  });
}
for (const folder of part.data?.() ?? []) keepMark(folder);
part.start();
