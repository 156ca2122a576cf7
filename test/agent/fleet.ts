/** Several nodes for the tests of the whole agent: on one engine, each with a name, containers and a state of its own. */
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Report } from '../../src/report/report.js';
import { type Agent, startAgent, untilHealth } from '../sandbox/agent.js';
import type { Host } from '../sandbox/host.js';
import { until } from '../sandbox/until.js';
import { containers, type NodeOptions, type Seen, writeCatalog } from './node.js';

export interface FleetNode {
  readonly name: string;
  readonly agent: Agent;
  /** Its containers by component, as the engine tells them. */
  containers(): Promise<readonly Seen[]>;
  /** Kills a component's container by SIGKILL. */
  kill(component: string): Promise<void>;
  /** Of a component's container, as `NAME=VALUE`. */
  environmentOf(component: string): Promise<readonly string[]>;
  /** Waits for these components to be what runs: `cron, work`. */
  untilRuns(components: string): Promise<true>;
  untilReport(what: string, condition: (report: Report) => boolean): Promise<Report>;
}

export interface FleetOptions extends Pick<NodeOptions, 'components' | 'roles'> {
  /** Whose engine it is; the agents run where its `inside` says. */
  readonly host: Host;
}

/** A machine that has other things to do takes its time; what is to be quick is measured by the test that says so. */
const PATIENCE = 90_000;

/** Starts agents one by one as they are asked for, all with the same catalog. Each ends with the test. */
export function openFleet(t: Test, { host, ...catalog }: FleetOptions) {
  const folder = join(host.folder, 'catalog');
  writeCatalog(folder, catalog);
  return async (name: string, settings: Readonly<Record<string, string>>): Promise<FleetNode> => {
    const agent = await startAgent({
      host,
      name,
      settings: {
        KATOD_NODE: name,
        KATOD_ADDRESS: host.address,
        KATOD_CONTAINER_PREFIX: `${name}-`,
        KATOD_CATALOG: folder,
        ...settings,
      },
      within: PATIENCE,
    });
    t.teardown(async () => {
      if (!t.passing()) t.comment(agent.output());
      await agent.close();
    });
    return nodeOf(host, name, agent);
  };
}

function nodeOf(host: Host, name: string, agent: Agent): FleetNode {
  const own = async () => {
    const prefix = `${name}-`;
    const all = await containers(host, { label: `io.katod.node=${name}` });
    return all.map((one) => ({ ...one, name: one.name.slice(prefix.length) }));
  };
  return {
    name,
    agent,
    containers: own,
    async kill(component) {
      await host.docker('kill', `${name}-${component}`);
    },
    environmentOf: async (component) =>
      JSON.parse(await host.docker('inspect', '--format', '{{json .Config.Env}}', `${name}-${component}`)),
    untilRuns: (components) =>
      until(
        `${name} runs ${components}`,
        async () => {
          const seen = await own();
          const running = seen.map((one) =>
            one.state === 'running' ? one.name : `${one.name} ${one.state}`,
          );
          if (running.join(', ') !== components)
            throw new Error(`there are: ${running.join(', ') || 'none'}`);
          return true as const;
        },
        { within: PATIENCE },
      ),
    untilReport: (what, condition) => untilHealth(agent, `${name}: ${what}`, condition, { within: PATIENCE }),
  };
}
