/** What measures: cAdvisor, Prometheus and its exporters. Named as their images' programs are. */
import { existsSync } from 'node:fs';
import { fail, say, setting, settings, words } from './command-line.mjs';
import { addressAndPort, http } from './listen.mjs';

/** A Go program without a handler for signals. */
const GO = 2;

/** Of one that listens on the address in that flag. */
const exporter = (flag) => ({
  exit: GO,
  start() {
    const text = setting(flag);
    if (text === undefined) fail(`-${flag} is not given`);
    http(...addressAndPort(text), { '/': () => [200, 'stand-in'], '/metrics': () => [200, '# none\n'] });
  },
});

export const monitoring = {
  cadvisor: {
    exit: 0,
    start() {
      const port = setting('port', { otherwise: '8080' });
      http(setting('listen_ip', { otherwise: '0.0.0.0' }), port, { '/healthz': () => [200, 'ok'] });
    },
  },
  'node-exporter': exporter('web.listen-address'),
  'haproxy-exporter': exporter('web.listen-address'),
  'zookeeper-exporter': exporter('listen'),
  mesos_exporter: exporter('addr'),
  prometheus: {
    exit: 0,
    data: () => settings('storage.tsdb.path'),
    start() {
      // It takes its configuration up again.
      process.on('SIGHUP', () => say('SIGHUP'));
      const ok = () => [200, 'Prometheus Server is Healthy.\n'];
      const text = setting('web.listen-address', { otherwise: '0.0.0.0:9090' });
      http(...addressAndPort(text), { '/-/healthy': ok, '/-/ready': ok });
    },
  },
  // `promtool check config FILE`: whether the file is there, and no more.
  promtool: {
    exit: 1,
    start: () => (existsSync(words.at(-1) ?? '') ? say('SUCCESS') : fail(`no file ${words.at(-1)}`)),
  },
};
