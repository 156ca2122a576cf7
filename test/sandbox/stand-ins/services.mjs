/** Consul, Marathon-LB, MongoDB and Pritunl. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, isSet, say, setting, settings, words } from './command-line.mjs';
import { addressAndPort, dns, http, tcp, udp } from './listen.mjs';

export const services = {
  // A server that is told to end without leaving, and a client that is told not to leave, end with 1.
  consul: { exit: 1, data: () => settings('data-dir'), start: consul },
  'marathon-lb': { exit: 143, start: marathonLb },
  // Where the image has its volumes.
  mongod: {
    exit: 0,
    data: () => ['/data/db', '/data/configdb'],
    start: () => tcp(setting('bind_ip', { otherwise: '127.0.0.1' }), setting('port', { otherwise: '27017' })),
  },
  pritunl: { exit: 0, data: () => (words[0] === 'start' ? ['/var/lib/pritunl'] : []), start: pritunl },
};

/** `consul validate FOLDER` and `consul agent …`. */
function consul() {
  const [verb, folder] = words;
  if (verb === 'validate') return readConfiguration(folder);
  if (verb !== 'agent') fail(`no command ${verb}`);
  const isServer = isSet('server');
  for (const each of settings('config-dir')) readConfiguration(each);
  process.on('SIGHUP', () => say('SIGHUP'));
  const bind = setting('bind', { otherwise: '0.0.0.0' });
  const client = setting('client', { otherwise: '127.0.0.1' });
  for (const port of isServer ? [8301, 8302] : [8301]) {
    tcp(bind, port);
    udp(bind, port);
  }
  if (isServer) tcp(bind, 8300);
  if (isServer) tcp(client, 8503);
  const leader = `${setting('advertise', { otherwise: bind })}:8300`;
  http(client, 8500, {
    '/v1/catalog/service/none': () => [200, []],
    '/v1/status/leader': () => [200, JSON.stringify(leader)],
    '/v1/agent/self': () => [200, { Stats: isServer ? { raft: { state: 'Leader' } } : {} }],
  });
  // It knows of itself alone.
  const own = `consul.service.${setting('domain', { otherwise: 'consul' })}`;
  dns(client, 8600, (asked) => (asked === own ? setting('advertise', { otherwise: bind }) : undefined));
}

/** Whether all of it can be read, and no more. */
function readConfiguration(folder) {
  for (const file of readdirSync(folder).filter((each) => each.endsWith('.json'))) {
    try {
      JSON.parse(readFileSync(join(folder, file), 'utf8'));
    } catch (error) {
      fail(`${join(folder, file)}: ${error.message}`);
    }
  }
  say(`the configuration in ${folder} can be read`);
}

/**
 * Listens where its templates have HAProxy bind, and by its own ones on every address. What is in braces is filled in for
 * apps, of which there are none.
 */
function marathonLb() {
  if (!process.env.PORTS) fail('PORTS is not set');
  const own = [
    ['HAPROXY_HTTP_FRONTEND_HEAD', 'listen stats\n bind 0.0.0.0:9090\nfrontend a\n bind 0.0.0.0:80'],
    ['HAPROXY_HTTPS_FRONTEND_HEAD', 'frontend b\n bind 0.0.0.0:443 ssl'],
    ['HAPROXY_HTTP_FRONTEND_APPID_HEAD', 'frontend c\n bind 0.0.0.0:9091'],
  ];
  const text = own.map(([name, otherwise]) => {
    const file = join('/marathon-lb/templates', name);
    return existsSync(file) ? readFileSync(file, 'utf8') : otherwise;
  });
  const [, stats] = /listen stats\s+bind (\S+)/.exec(text.join('\n')) ?? [];
  for (const [, bind] of text.join('\n').matchAll(/^\s*bind (\S+)/gm)) {
    const routes = bind === stats ? { '/_haproxy_health_check': () => [200, ''] } : {};
    http(...addressAndPort(bind), routes);
  }
}

/** `pritunl set KEY VALUE`, which the true one keeps in MongoDB, and `pritunl start`. */
function pritunl() {
  const file = '/tmp/pritunl.json';
  const set = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const [verb, key, value] = words;
  if (verb === 'set') return writeFileSync(file, JSON.stringify({ ...set, [key]: value }));
  if (verb !== 'start') fail(`no command ${verb}`);
  const { PRITUNL_BIND_ADDR: address = '0.0.0.0', PRITUNL_MONGODB_URI: mongodb = '' } = process.env;
  if (!mongodb.startsWith('mongodb://')) fail('PRITUNL_MONGODB_URI names no MongoDB');
  const tls = { key: readFileSync('/stand-in/key.pem'), cert: readFileSync('/stand-in/cert.pem') };
  http(address, set['app.server_port'] ?? 443, { '/ping': () => [200, 'OK'] }, { tls });
  if (set['app.redirect_server'] !== 'false') http(address, 80);
  // For itself alone: its own part that serves the page asks it there.
  http('127.0.0.1', 9756);
}
