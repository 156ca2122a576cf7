/**
 * STAND-IN. Plays mesos-master, mesos-agent, marathon or registrator where the real program can't be had: it listens on
 * the true port, answers the true probe paths as a healthy instance does, elects a leader by ZooKeeper as the true ones
 * do, and ends with the true exit code. It does nothing else: no tasks, no registry.
 */
import { marathon } from './marathon.mjs';
import { agent, master } from './mesos.mjs';
import { endsWith, name, say } from './program.mjs';

const parts = {
  'mesos-master': master,
  'mesos-agent': agent,
  'mesos-slave': agent,
  marathon,
  registrator() {
    say('running');
    setInterval(() => {}, 60_000);
    // A Go program without a handler can't die of a signal as the first process, and exits with 2.
    endsWith(2);
  },
};

const part = parts[name];
if (part === undefined) {
  console.error(
    `stand-in: name one of ${Object.keys(parts).join(', ')} as the first word of the command, not ${name}`,
  );
  process.exit(64);
}
part();
