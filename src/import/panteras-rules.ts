/**
 * What each parameter of PanteraS' `generate_yml.sh` becomes, up to its release 0.3; Toots' `restricted/host` has the same.
 * MASTER, SLAVE and EDGE are not here: together they make the role.
 */
import { dnsAddress, listen } from './addresses.js';
import { commandLines } from './command-lines.js';
import { consulHosts, FORMED, quorum, zookeeperHosts } from './hosts.js';
import {
  address,
  clusterPut,
  flag,
  gone,
  nodePut,
  ofCluster,
  ofNode,
  problem,
  type Rule,
  type Rules,
  remark,
  sum,
} from './rule.js';

export const generateRules: Rules = {
  IP: address((value) => remark(`the agent's own setting: katod agent --address ${value}`)),
  HOST_IP: address((value) => remark(`the agent's own setting: katod agent --address ${value}`)),
  HOSTNAME: ofNode('hostname'),
  FQDN: ofNode('mesos.hostname'),
  LISTEN_IP: address(listen),
  CONSUL_IP: address(ofNode('consul.advertise')),
  REGISTRY: (value) => clusterPut('registry', value.replace(/\/+$/, '')),

  ZOOKEEPER_HOSTS: zookeeperHosts,
  ZOOKEEPER_ID: gone('the agents number the members of the ensemble themselves: katod ensemble zookeeper'),
  MESOS_MASTER_QUORUM: quorum,
  CLUSTER_NAME: ofCluster('mesos.cluster'),
  MESOS_CLUSTER_NAME: ofCluster('mesos.cluster'),
  CONSUL_HOSTS: consulHosts,
  CONSUL_BOOTSTRAP: gone(FORMED),
  CONSUL_MODE: gone('the role says it: servers on masters, clients elsewhere'),
  CONSUL_DC: ofCluster('dc'),
  CONSUL_DOMAIN: ofCluster('consul.domain'),
  GOMAXPROCS: ofCluster('gomaxprocs'),
  DNSMASQ_ADDRESS: dnsAddress,
  KEEPALIVED_VIP: address(ofCluster('vip')),
  HAPROXY_ADD_DOMAIN: (value) => clusterPut('haproxy.domain', value.replace(/^\.+/, '')),

  START_CONSUL: start('consul-server', 'consul-agent'),
  START_ZOOKEEPER: start('zookeeper'),
  START_MESOS_MASTER: start('mesos-master'),
  START_MARATHON: start('marathon'),
  START_CHRONOS: start('chronos'),
  START_MESOS_SLAVE: start('mesos-agent'),
  START_REGISTRATOR: start('registrator'),
  START_CONSUL_TEMPLATE: start('consul-haproxy'),
  START_DNSMASQ: start('dnsmasq'),
  START_FABIO: without('fabio'),
  START_NETDATA: without('netdata'),
  START_TRAEFIK: without('traefik'),

  ...commandLines,
  ZOOKEEPER_PARAMS: overlaid('zookeeper', 'env'),
  ZOOKEEPER_APP_PARAMS: overlaid('zookeeper', 'command'),
  CONSUL_TEMPLATE_PARAMS: overlaid('consul-haproxy', 'command'),
  CONSUL_TEMPLATE_APP_PARAMS: overlaid('consul-haproxy', 'command'),

  PANTERAS_IMAGE_TAG: gone('each component has an image of its own: parameter image.COMPONENT'),
  PANTERAS_DOCKER_IMAGE: gone('each component has an image of its own: parameter image.COMPONENT'),
  PANTERAS_HOSTNAME: gone('there is no container around the components that would have a host name'),
  PANTERAS_RESTART: gone('the agent starts again whatever ends'),
  HOST_DOCKER: gone('the image of mesos-agent has a Docker CLI of its own'),
  HAPROXY_SSL: overlaid('consul-haproxy', 'files'),
};

/** What is on by the role needs no line. */
function start(...names: readonly string[]): Rule {
  return flag((on, given) =>
    on
      ? remark('runs where its role has it')
      : sum(names.map((name) => nodePut(`start.${name}`, 'false', given))),
  );
}

function without(name: string): Rule {
  return flag((on) =>
    on
      ? problem(
          `there is no component ${name}: put a definition at cluster/components/${name}, and name it in cluster/roles/ROLE`,
        )
      : remark(`there is no component ${name}, and none was asked for`),
  );
}

/** What replaced a whole command line is a definition's, and that is the operator's to write. */
function overlaid(component: string, key: string): Rule {
  return (value) =>
    value === ''
      ? remark('is empty, which is as if it were not there')
      : problem(`can't be taken over as it is: put \`${key}\` in YAML at cluster/components/${component}`);
}
