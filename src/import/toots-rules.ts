/** What each key of `Toots.conf` becomes, beside those of the `restricted/host` that `Toots.sh` wrote. */
import { masters } from './hosts.js';
import { generateRules } from './panteras-rules.js';
import {
  address,
  flag,
  type Given,
  nodePut,
  type Outcome,
  ofCluster,
  problem,
  type Rules,
  remark,
  sum,
} from './rule.js';

/** The name that the images were pulled by; each host had it in /etc/hosts. */
const REGISTRY = 'registry.super.com';

export const tootsRules: Rules = {
  ...generateRules,
  START_CONSUL_TEMPLATE: balancing('consul-haproxy'),
  START_DNSMASQ: balancing('dnsmasq'),
  MASTERS: masters,
  NIC: ofCluster('vip.interface'),
  IN_DOMAIN: ofCluster('consul.domain'),
  EX_DOMAIN: generateRules.HAPROXY_ADD_DOMAIN ?? ofCluster('haproxy.domain'),
  VIP: address(ofCluster('vip')),
  NFS: nfs,
  REGISTRY_IP: address((value, given) =>
    (given.values.get('CA') ?? '') === ''
      ? remark('without CA it was not used')
      : sum([
          ofCluster('registry')(REGISTRY, given),
          remark(`each host has to know the name: echo '${value} ${REGISTRY}' >> /etc/hosts`),
        ]),
  ),
  CA: (value) =>
    remark(
      `for the engine of each host: cp ${value} /etc/docker/certs.d/${REGISTRY}/ca.crt (mkdir -p it first)`,
    ),
};

/** On, it is the menu's "Internal DNS and Balancing", which an edge has no use for. */
function balancing(component: string) {
  return flag((on, given) =>
    on ? nodePut('balancing', 'true', given) : nodePut(`start.${component}`, 'false', given),
  );
}

function nfs(value: string, given: Given): Outcome {
  return /^[A-Za-z0-9.-]+:\/\S*$/.test(value)
    ? ofCluster('nfs')(value, given)
    : problem(`"${value}" is not of the form SERVER:/FOLDER`);
}
