/**
 * STAND-IN for Marathon: true ports, paths and exit codes. Its instances elect one of them by ZooKeeper, as true ones do,
 * and whoever does not lead passes every request on to the leader. It knows no Mesos and starts nothing.
 */
import { Group, parseUrl } from './group.mjs';
import { args, end, endsWith, serve, setting } from './program.mjs';

const LEADER_WITHIN = 2_000;

export function marathon() {
  const double = ['master', 'zk', 'hostname', 'http_port', 'http_address'].find(
    (flag) =>
      args.some((arg) => arg.startsWith(`--${flag}`)) && process.env[`MARATHON_${flag.toUpperCase()}`],
  );
  if (double) end(112, `--${double} and MARATHON_${double.toUpperCase()} are both given`);
  const port = setting('http_port', 'MARATHON_HTTP_PORT', '8080');
  const own = `${setting('hostname', 'MARATHON_HOSTNAME', 'localhost')}:${port}`;
  const group = groupOf(own);
  const leader = () => group.members()[0]?.address ?? null;
  const headers = { 'x-marathon-leader': `http://${own}` };
  const info = { name: 'marathon', version: 'stand-in', leader: own, elected: true };
  const routes = {
    '/ping': () => [200, 'pong', headers],
    '/v2/leader': () => [200, { leader: own }, headers],
    '/v2/info': () => [200, info, headers],
    '/v2/deployments': () => [200, [], headers],
  };
  const every = (request) => (group.leads() ? null : passOn(request, { leader: leader(), own }));
  serve(setting('http_address', 'MARATHON_HTTP_ADDRESS', '0.0.0.0'), port, routes, { unbound: 111, every });
  const libprocess = process.env.LIBPROCESS_PORT;
  if (libprocess) serve(process.env.LIBPROCESS_IP ?? '0.0.0.0', libprocess, {}, { unbound: 111 });
  endsWith(143, () => group.leave());
}

function groupOf(address) {
  const zk = setting('zk', 'MARATHON_ZK', null);
  if (zk === null) return { members: () => [{ address }], leads: () => true, leave: async () => {} };
  const { servers, folder } = parseUrl(zk);
  const onLost = (led) => (led ? end(103, 'Lost leadership') : end(101, 'Lost ZooKeeper'));
  return new Group({ servers, folder: `${folder}/leader`, label: 'latch-', info: { address }, onLost });
}

/** Who has passed it on already is named in a header: it may be that nobody leads by now. */
async function passOn({ method, url, headers }, { leader, own }) {
  const via = headers['x-marathon-via'] ?? '';
  if (leader === null || leader === own || via.includes(own)) return [502, 'Could not determine the leader'];
  try {
    const answer = await fetch(`http://${leader}${url}`, {
      method,
      headers: { 'x-marathon-via': [via, `1.1 ${own}`].filter(Boolean).join(', ') },
      signal: AbortSignal.timeout(LEADER_WITHIN),
    });
    const told = ['content-type', 'x-marathon-leader'].map((name) => [name, answer.headers.get(name)]);
    return [answer.status, await answer.text(), Object.fromEntries(told.filter(([, value]) => value))];
  } catch (error) {
    return [502, `the leader ${leader} does not answer: ${error.message}`];
  }
}
