/**
 * Marathon: its instances elect one of them by ZooKeeper, as true ones do,
 * and whoever does not lead passes every request on to the leader.
 */
import { fail, setting, words } from './command-line.mjs';
import { Group, parseUrl } from './group.mjs';
import { http } from './listen.mjs';

const LEADER_WITHIN = 2_000;

let group;

/** Gives its place up. */
export function leave() {
  return group.leave();
}

export function marathon() {
  const double = ['master', 'zk', 'hostname', 'http_port', 'http_address'].find(
    (flag) =>
      words.some((word) => word.startsWith(`--${flag}`)) && process.env[`MARATHON_${flag.toUpperCase()}`],
  );
  if (double) fail(`--${double} and MARATHON_${double.toUpperCase()} are both given`, 112);
  const port = setting('http_port', { variable: 'MARATHON_HTTP_PORT', otherwise: '8080' });
  const host = setting('hostname', { variable: 'MARATHON_HOSTNAME', otherwise: 'localhost' });
  const own = `${host}:${port}`;
  group = groupOf(own);
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
  const address = setting('http_address', { variable: 'MARATHON_HTTP_ADDRESS', otherwise: '0.0.0.0' });
  http(address, port, routes, { bindFailure: 111, every });
  driver(111);
}

/** Where the Mesos masters reach a scheduler. */
export function driver(bindFailure) {
  const { LIBPROCESS_IP: address = '0.0.0.0', LIBPROCESS_PORT: port } = process.env;
  if (port) http(address, port, {}, { bindFailure });
}

function groupOf(address) {
  const zk = setting('zk', { variable: 'MARATHON_ZK' });
  if (zk === undefined) return { members: () => [{ address }], leads: () => true, leave: async () => {} };
  const { servers, folder } = parseUrl(zk);
  const onLost = (led) => (led ? fail('Lost leadership', 103) : fail('Lost ZooKeeper', 101));
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
