/** What is said about a demo that has been left running: commands for any shell of root. */
import { bundle } from '../agent.js';
import { node, type Stage } from './stage.js';

export function keptText({ host, agent }: Stage): string {
  const inside = `nsenter --net=/run/netns/${host.name}`;
  const katod = `--listen unix:${agent.socket}`;
  return `
It stays as it is. To look at it, from any shell:

  curl -s --unix-socket ${agent.socket} localhost/health
  ${bundle} status --watch ${katod}
  ${bundle} plan ${katod}
  docker -H unix://${host.dockerSocket} ps
  ${inside} etcdctl get --prefix /katod
  tail -f ${host.folder}/agent.log

To see it work:

  docker -H unix://${host.dockerSocket} kill katod-haproxy
  ${inside} etcdctl put /katod/nodes/${node}/role edge

To end it and clean up:

  kill ${process.pid}; tail --pid=${process.pid} -f /dev/null
`;
}
