/** The story that the demo tells, step by step. Each asks the engine and the agent whether it went as it should. */
import { imageName } from '../images.js';
import { components, images, misplaced, shown, standIns } from './components.js';
import { type Director, Unexpected } from './director.js';
import { allReady, gone, healthy, inWords, restarted } from './expectations.js';
import { keptText } from './kept.js';
import type { Piece } from './present.js';
import { agentOn, etcdOn, node, type Stage, Theatre } from './stage.js';
import { containersOn, endedSince, fingerprint, processOn, volumesOn } from './world.js';

const key = (path: string) => `/katod/${path}`;

async function setUp(director: Director, theatre: Theatre): Promise<Stage> {
  let started: Parameters<typeof agentOn> | undefined;
  await director.step(async () => {
    director.title('# a host with a Docker Engine and an etcd of its own');
    director.doing('starting the engine');
    const host = await theatre.host();
    director.doing('starting etcd, loading images');
    const [etcd] = await Promise.all([etcdOn(host), host.load(images)]);
    started = [host, etcd];
    const version = await host.docker('version', '--format', '{{.Server.Version}}');
    return `up: Docker ${version}; real ZooKeeper, HAProxy and dnsmasq from Debian's packages, stand-ins for ${standIns.join(', ')}`;
  });
  let stage: Stage | undefined;
  await director.step(async () => {
    director.title(`$ KATOD_NODE=${node} katod agent`);
    director.doing('starting the agent');
    if (started === undefined) throw new Error('interrupted');
    stage = await agentOn(...started);
    director.follow(stage.agent);
    const { agent } = stage;
    const unassigned = async () => {
      const report = await agent.health();
      if (report.status !== 'unassigned') throw new Error(inWords(report));
    };
    await director.until('the agent says that its node has no role', unassigned, 10_000);
    return 'the agent runs, and its node has no role yet: unassigned';
  });
  if (stage === undefined) throw new Error('interrupted');
  return stage;
}

async function setParameters(director: Director, { shell, host, work }: Stage): Promise<void> {
  await director.step(async () => {
    const put = (name: string, value: string) =>
      director.type(shell, `etcdctl put ${key(`cluster/params/${name}`)} ${value}`);
    for (const { name, image } of components) await put(`image.${name}`, imageName(image));
    await put('docker.socket', host.dockerSocket);
    await put('mesos.work', work);
    return `the cluster knows its images; ${standIns.join(', ')} get stand-ins`;
  });
}

async function assignRole(director: Director, stage: Stage): Promise<void> {
  await director.step(async () => {
    const typedAt = Date.now();
    await director.type(stage.shell, `etcdctl put ${key(`nodes/${node}/role`)} standalone`);
    await director.until('all seven are ready', () => healthy(stage), 90_000);
    const containers = await containersOn(stage.host);
    const order = containers.map(({ component }) => component);
    const early = misplaced(order);
    if (early !== undefined || order.length !== components.length)
      throw new Unexpected('seven containers, started in dependency order', early ?? order.join(', '));
    const first = (Date.parse(containers[0]?.startedAt ?? '') - typedAt) / 1000;
    return `all seven run and are ready, the first after ${first.toFixed(1)} s; started in dependency order: ${order.map(shown).join(', ')}`;
  });
}

async function askHealth(director: Director, { shell }: Stage): Promise<void> {
  await director.step(async () => {
    const answer = await director.type(shell, 'curl -si --unix-socket katod.sock localhost/health');
    const [head = ''] = answer.split('\r\n');
    const status = /"status":"\w+"/.exec(answer)?.[0] ?? 'no status';
    if (!/ 200\b/.test(head) || status !== '"status":"healthy"')
      throw new Unexpected('200 and "status":"healthy"', `${head}, ${status}`);
    return `${head} … ${status}`;
  });
}

async function killContainer(director: Director, stage: Stage, component: string): Promise<void> {
  await director.step(async () => {
    const before = await containersOn(stage.host);
    await director.type(stage.shell, `docker kill katod-${component}`);
    const because = await director.until(
      `${component} runs again and is ready`,
      () => restarted(stage, component, before),
      60_000,
    );
    return `${shown(component)} heals: started again (${because}), and ready; the six others were not touched`;
  });
}

async function killAgent(director: Director, { shell, host, agent }: Stage): Promise<void> {
  await director.step(async () => {
    const before = fingerprint(await containersOn(host));
    const unmoved = async (when: string) => {
      const now = fingerprint(await containersOn(host));
      if (now !== before)
        throw new Unexpected(
          'the same ids and start times as before',
          `${when}:\n${now}\nbefore:\n${before}`,
        );
    };
    const { startedAt } = await agent.health();
    director.follow(undefined);
    await director.type(shell, `kill -9 ${agent.pid()}`);
    const dead = () => {
      if (agent.pid() !== null) throw new Error('the agent runs');
    };
    await director.until('the agent is dead', dead, 10_000);
    await unmoved('with the agent dead');
    director.title(`$ KATOD_NODE=${node} katod agent`);
    director.doing('starting the agent');
    await agent.start();
    const back = async () => {
      const report = await allReady(agent);
      if (report.startedAt === startedAt || report.status !== 'healthy') throw new Error(inWords(report));
    };
    await director.until('the agent is back and says healthy', back, 30_000);
    director.follow(agent);
    for (let pass = 0; pass < 3; pass += 1) await agent.get('/v1/reconcile', { method: 'POST' });
    const idle = async () => {
      const plan = (await agent.get('/v1/plan')).json as { readonly actions: readonly unknown[] };
      if (plan.actions.length > 0) throw new Error(JSON.stringify(plan.actions));
    };
    await director.until('it has nothing to do', idle, 10_000);
    await unmoved('with the agent back');
    return 'the agent is back, and no container noticed: seven ids and start times are the same';
  });
}

async function stopEtcd(director: Director, { shell, host, agent }: Stage): Promise<void> {
  await director.step(async () => {
    await director.type(shell, `kill ${processOn(host, 'etcd')}   # etcd`);
    const noticed = async () => {
      const report = await agent.health();
      if (report.store.reachable) throw new Error(`the store is reachable: ${inWords(report)}`);
      return report;
    };
    const { status, components: all } = await director.until('the agent misses etcd', noticed, 20_000);
    const ready = all.filter(({ health }) => health === 'ready').length;
    if (ready !== components.length) throw new Unexpected('all seven ready', `${ready} ready`);
    return `etcd is away: ${status}, and all seven stay ready`;
  });
}

async function startEtcdAgain(director: Director, stage: Stage): Promise<void> {
  await director.step(async () => {
    director.title('# etcd comes back');
    director.doing('starting etcd');
    await stage.etcd.start();
    await director.until('the agent has found it', () => healthy(stage), 30_000);
    return 'the agent has found it: healthy';
  });
}

async function endRole(director: Director, stage: Stage): Promise<void> {
  const { shell, host } = stage;
  await director.step(async () => {
    const before = await volumesOn(host);
    const typedAt = Date.now();
    await director.type(shell, `etcdctl put ${key(`nodes/${node}/role`)} none`);
    await director.until('all are stopped and removed', () => gone(stage), 90_000);
    const order = await endedSince(host, typedAt);
    const late = misplaced([...order].reverse());
    if (late !== undefined || order.length !== components.length)
      throw new Unexpected('seven containers, stopped in reverse order', late ?? order.join(', '));
    const kept = await volumesOn(host);
    if (kept.length === 0 || before.join() !== kept.join())
      throw new Unexpected(`the volumes ${before.join(', ')}`, kept.join(', '));
    return `all stopped and removed, in reverse order: ${order.map(shown).join(', ')}; volumes kept: ${kept.join(', ')}`;
  });
}

/** `keep`: in the end all seven run, and stay. */
export function oneHostPiece({ keep }: { readonly keep: boolean }): Piece {
  const theatre = new Theatre();
  return {
    async play(director) {
      const stage = await setUp(director, theatre);
      await tour(director, stage);
      if (!keep) return null;
      await assignRole(director, stage);
      return keptText(stage);
    },
    close: () => theatre.close(),
  };
}

/** The whole of it, on a stage that has been set up. */
async function tour(director: Director, stage: Stage): Promise<void> {
  await setParameters(director, stage);
  await assignRole(director, stage);
  await askHealth(director, stage);
  await killContainer(director, stage, 'haproxy');
  await killAgent(director, stage);
  await stopEtcd(director, stage);
  await killContainer(director, stage, 'zookeeper');
  await startEtcdAgain(director, stage);
  await endRole(director, stage);
}
