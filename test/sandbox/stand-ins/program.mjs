/** What every stand-in is made of: how it was called, what it answers over HTTP, and how it ends. */
import { createServer } from 'node:http';

const [first, ...others] = process.argv.slice(2);
const asked = process.env.STAND_IN;

/** Which program is played: the first word of the command (`mesos-master --port=5050`), or the variable STAND_IN. */
export const name = asked ?? first?.split('/').pop();

export const args = asked === undefined || asked === first ? others : process.argv.slice(2);

/** `--flag=value` and `--flag value`, then the program's own environment variable, then the default. */
export function setting(flag, variable, otherwise) {
  const prefix = `--${flag}`;
  const at = args.findIndex((arg) => arg === prefix || arg.startsWith(`${prefix}=`));
  if (at >= 0) return args[at].includes('=') ? args[at].slice(prefix.length + 1) : args[at + 1];
  return process.env[variable] ?? otherwise;
}

export function say(text) {
  console.log(`stand-in for ${name}: ${text}`);
}

export function end(code, why) {
  say(`${why}, ends with ${code}`);
  process.exit(code);
}

/**
 * `routes`: path to a function of the request that returns [status, body, headers], or a promise of it. `every`: asked
 * first, answers what it answers, or else null.
 */
export function serve(address, port, routes, { unbound = 1, every = () => null } = {}) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://stand-in').pathname;
    const answer = (await every(request)) ?? (await routes[path]?.(request)) ?? [404, ''];
    const [status, body, headers] = answer;
    const value = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, {
      'content-type': typeof body === 'string' ? 'text/plain' : 'application/json',
      ...headers,
    });
    response.end(value);
  });
  server.on('error', (error) => end(unbound, error.message));
  server.listen(Number(port), address, () => say(`listening on ${address}:${port}`));
}

/** As the first process of a container it has no default action for signals: without this it would ignore them. */
export function endsWith(code, before = async () => {}) {
  for (const signal of ['SIGTERM', 'SIGINT'])
    process.on(signal, () => {
      const done = () => end(code, signal);
      before().then(done, done);
    });
}
