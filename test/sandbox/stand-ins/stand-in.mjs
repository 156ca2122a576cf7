/**
 * STAND-IN. Plays mesos-master, mesos-agent, marathon or registrator where the real program can't be had: it listens on
 * the true port, answers the true probe paths as a healthy instance does, and ends with the true exit code. It does
 * nothing else: no ZooKeeper, no tasks, no election.
 *
 * Which one: the first word of the command (`mesos-master --port=5050`), or the variable STAND_IN.
 */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const [first, ...others] = process.argv.slice(2);
const asked = process.env.STAND_IN;
const name = asked ?? first?.split('/').pop();
const args = asked === undefined || asked === first ? others : process.argv.slice(2);

/** `--flag=value` and `--flag value`, then the program's own environment variable, then the default. */
function setting(flag, variable, otherwise) {
  const prefix = `--${flag}`;
  const at = args.findIndex((arg) => arg === prefix || arg.startsWith(`${prefix}=`));
  if (at >= 0) return args[at].includes('=') ? args[at].slice(prefix.length + 1) : args[at + 1];
  return process.env[variable] ?? otherwise;
}

function say(text) {
  console.log(`stand-in for ${name}: ${text}`);
}

/** `routes`: path to a function that returns [status, body, headers], or a promise of it. */
function serve(address, port, routes) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://stand-in').pathname;
    const [status, body, headers] = (await routes[path]?.()) ?? [404, ''];
    const value = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, {
      'content-type': typeof body === 'string' ? 'text/plain' : 'application/json',
      ...headers,
    });
    response.end(value);
  });
  server.on('error', (error) => {
    say(`${error.message}`);
    process.exit(name === 'marathon' ? 111 : 1);
  });
  server.listen(Number(port), address, () => say(`listening on ${address}:${port}`));
}

/** libprocess answers its metrics so often, twice a second unless told otherwise, and makes everybody else wait in line. */
function limited(answer) {
  const rate = process.env.LIBPROCESS_METRICS_SNAPSHOT_ENDPOINT_RATE_LIMIT ?? '2/1secs';
  const [, permits, seconds] = /^(\d+)\/(\d+)secs$/.exec(rate) ?? [];
  if (permits === undefined) return answer;
  const interval = (1000 * Number(seconds)) / Number(permits);
  let free = 0;
  return async () => {
    const turn = Math.max(performance.now(), free);
    free = turn + interval;
    await delay(turn - performance.now());
    return answer();
  };
}

function mesos({ port, metrics, more }) {
  const address = setting('ip', 'MESOS_IP', '0.0.0.0');
  const bound = setting('port', 'MESOS_PORT', port);
  const own = setting('hostname', 'MESOS_HOSTNAME', address);
  const routes = {
    '/health': () => [200, ''],
    '/metrics/snapshot': limited(() => [200, metrics]),
    ...more(own, bound),
  };
  serve(address, bound, routes);
  endsWith(143);
}

function marathon() {
  const double = ['master', 'zk', 'hostname', 'http_port', 'http_address'].find(
    (flag) =>
      args.some((arg) => arg.startsWith(`--${flag}`)) && process.env[`MARATHON_${flag.toUpperCase()}`],
  );
  if (double) {
    say(`--${double} and MARATHON_${double.toUpperCase()} are both given`);
    process.exit(112);
  }
  const address = setting('http_address', 'MARATHON_HTTP_ADDRESS', '0.0.0.0');
  const port = setting('http_port', 'MARATHON_HTTP_PORT', '8080');
  const leader = `${setting('hostname', 'MARATHON_HOSTNAME', 'localhost')}:${port}`;
  const headers = { 'x-marathon-leader': `http://${leader}` };
  serve(address, port, {
    '/ping': () => [200, 'pong', headers],
    '/v2/leader': () => [200, { leader }, headers],
    '/v2/info': () => [200, { name: 'marathon', version: 'stand-in', leader, elected: true }, headers],
    '/v2/deployments': () => [200, [], headers],
  });
  const libprocess = process.env.LIBPROCESS_PORT;
  if (libprocess) serve(process.env.LIBPROCESS_IP ?? '0.0.0.0', libprocess, {});
  endsWith(143);
}

/** As the first process of a container it has no default action for signals: without this it would ignore them. */
function endsWith(code) {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => {
      say(`${signal}, ends with ${code}`);
      process.exit(code);
    });
  }
}

const agent = () =>
  mesos({
    port: '5051',
    metrics: { 'slave/registered': 1, 'slave/recovery_errors': 0, 'slave/uptime_secs': 1 },
    more: () => ({ '/state': () => [200, { id: 'stand-in', version: 'stand-in' }] }),
  });

const parts = {
  'mesos-master': () =>
    mesos({
      port: '5050',
      metrics: {
        'registrar/log/recovered': 1,
        'registrar/log/ensemble_size': 1,
        'master/elected': 1,
        'master/slaves_active': 0,
      },
      more: (own, port) => ({
        '/master/health': () => [200, ''],
        '/redirect': () => [307, '', { location: `//${own}:${port}` }],
      }),
    }),
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
