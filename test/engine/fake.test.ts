import t from 'tap';
import { engineContract } from './contract.js';
import { LASTING, saying } from './fake/commands.js';
import { FakeDaemon } from './fake/daemon.js';
import { openFakeEngine } from './fake/engine.js';
import { runPrograms } from './fake/programs.js';
import { REAL_TIMERS as timers } from './fake/timers.js';
import { Wire } from './fake/wire.js';

const image = 'katod-sandbox/fake:1';

await engineContract(t, async () => {
  const daemon = new FakeDaemon({ date: timers.date, images: [image] });
  const wire = new Wire(daemon, timers);
  // What is waited for keeps the process alive.
  const lasting = { ...timers, after: (wait: number, job: () => void) => void setTimeout(job, wait) };
  runPrograms(daemon, lasting, ({ command = [] }) =>
    command[0] === 'exit' ? { after: 5, code: 3, words: 'bad line 7\n' } : null,
  );
  daemon.listen(({ action, id }) => {
    const told = daemon.containers().find((one) => one.id === id);
    if (action === 'kill' && told?.request.shape.command?.[0] === 'exit on SIGUSR2') daemon.exit(id, 5);
  });
  return {
    engine: openFakeEngine({ daemon, wire, timers }),
    image,
    command: ['sleep'],
    saying,
    lasting: LASTING,
    writeFile: async (volume, name, text) => void daemon.files.set(`${volume}/${name}`, text),
    commandsIn: async (id) => daemon.commandsIn(id).size,
    networks: async (name) => [daemon.networks.get(name) ?? []].flat(),
    makeNetwork: async (name) => daemon.ensureNetwork(name, {}),
    endsWith3: ['exit'],
    endsOnSignal: ['exit on SIGUSR2'],
    pause: async (id) => daemon.pause(id),
    kill: async (id) => daemon.exit(id),
    volumes: async () => [...daemon.volumes.keys()],
    close: async () => {},
  };
});
