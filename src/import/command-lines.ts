/**
 * What becomes of the command lines of the old files: `X_PARAMS`, which were added to one, and `X_APP_PARAMS`, which were all
 * of one.
 */
import { dnsAddress, listen } from './addresses.js';
import { flagsOf, type OwnFlags } from './flags.js';
import { expected, joinWan, quorum } from './hosts.js';
import { address, ofCluster, ofNode, type Rule, type Rules, remark } from './rule.js';

interface CommandLine {
  /** Flags with a parameter, in either. */
  readonly own?: OwnFlags;
  /** The same, where the whole line is given. */
  readonly ownOfWhole?: OwnFlags;
  /** Flags of the whole line that the definition here sees to. */
  readonly given: readonly string[];
  /** Words of the whole line that are neither flags nor their values. */
  readonly words?: RegExp;
}

const hostOf = (parameter: string, bind: string): OwnFlags => ({
  hostname: ofNode(parameter),
  [bind]: address(listen),
});

export const commandLines: Rules = {
  ...rulesOf('CONSUL', 'consul', {
    own: { 'bootstrap-expect': expected, 'join-wan': joinWan, 'retry-join-wan': joinWan },
    ownOfWhole: {
      advertise: address(ofNode('consul.advertise')),
      dc: ofCluster('dc'),
      datacenter: ofCluster('dc'),
      domain: ofCluster('consul.domain'),
    },
    given: ['server', 'client', 'bind', 'data-dir', 'ui', 'ui-dir', 'node', 'join', 'retry-join'],
    words: /^agent$/,
  }),
  ...rulesOf('MESOS_MASTER', 'mesos-master', {
    ownOfWhole: { ...hostOf('mesos.hostname', 'ip'), cluster: ofCluster('mesos.cluster'), quorum },
    given: ['zk', 'work_dir', 'port', 'hostname_lookup', 'no-hostname_lookup', 'advertise_ip'],
  }),
  ...rulesOf('MARATHON', 'marathon', {
    ownOfWhole: hostOf('hostname', 'http_address'),
    given: ['master', 'zk', 'http_port', 'https_address', 'no-logger', 'task_launch_timeout'],
  }),
  ...rulesOf('CHRONOS', 'chronos', {
    ownOfWhole: hostOf('hostname', 'http_address'),
    given: ['master', 'zk_hosts', 'http_port'],
    words: /^run_jar$/,
  }),
  ...rulesOf('MESOS_SLAVE', 'mesos-agent', {
    own: { attributes: ofNode('mesos.attributes'), docker_remove_delay: ofNode('mesos.removeDelay') },
    ownOfWhole: hostOf('mesos.hostname', 'ip'),
    given: [
      ...['master', 'work_dir', 'port', 'hostname_lookup', 'no-hostname_lookup', 'advertise_ip', 'gc_delay'],
      ...['containerizers', 'docker', 'docker_socket', 'docker_stop_timeout', 'docker_mesos_image'],
      ...['executor_registration_timeout', 'launcher', 'isolation', 'no-systemd_enable_support'],
    ],
  }),
  ...rulesOf('REGISTRATOR', 'registrator', {
    given: ['ip', 'cleanup', 'resync', 'retry-attempts', 'retry-interval'],
    words: /^[a-z0-9-]+:\/\//,
  }),
  ...rulesOf('DNSMASQ', 'dnsmasq', {
    ownOfWhole: { address: (value, given) => dnsAddress(`--address=${value}`, given) },
    given: [
      ...['d', 'k', 'no-daemon', 'keep-in-foreground', 'u', 'user', 'r', 'resolv-file', 'conf-dir'],
      ...['port', 'listen-address', 'bind-interfaces', 'no-resolv', 'no-hosts', 'host-record', 'cache-size'],
    ],
    // Further settings, of which its image had none.
    words: /^(-7|\/etc\/dnsmasq\.d)$/,
  }),
};

function rulesOf(key: string, component: string, line: CommandLine): Rules {
  const { own = {}, ownOfWhole = {}, given, words } = line;
  const whole = `${key}_APP_PARAMS`;
  const added = flagsOf(component, { own });
  const all: Rule = flagsOf(component, { own: { ...own, ...ownOfWhole }, given, words });
  return {
    [`${key}_PARAMS`]: (value, rest) =>
      rest.values.get(whole) ? remark(`${whole} is there, which took its place too`) : added(value, rest),
    [whole]: all,
  };
}
