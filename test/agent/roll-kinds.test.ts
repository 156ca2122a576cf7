/** What takes a slot beside a replacement, on three real hosts: a restart for a file, and a removal. For minutes. */
import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { inTheLongRun } from '../sandbox/long.js';
import { until } from '../sandbox/until.js';
import { inWords } from './node.js';
import { PORT, startRolling, WITHIN } from './rolling.js';
import { watchServing } from './serving.js';

/** Its page is a file that it is restarted for. Told to end, it stops to serve at once, and takes its time to go. */
const WEB = `
command: ["/bin/sh", "-c", "trap 'kill $!; sleep 6; exit 0' TERM; httpd -f -p ${PORT} -h /etc/web & wait $!"]
files: [{ target: /etc/web/word, content: "{{ params.word }}", onChange: restart }]
ports: [${PORT}]
stop: { timeout: 30s }
probes:
  live: { tcp: ${PORT}, period: 1s, failures: 3, startPeriod: 5s }
  ready: { tcp: ${PORT}, period: 1s }
`;

const ROLLED = { within: 240_000 };

t.test('slots for all kinds', inTheLongRun, async (t) => {
  const { agents, etcd, healthy, hosts, ids, slots } = await startRolling(t, WEB);
  const started = () =>
    Promise.all(
      hosts.map(({ host }) => host.docker('inspect', '--format', '{{.State.StartedAt}}', 'katod-web')),
    );
  const says = async (index: number) => {
    const { host } = hosts[index] ?? missing();
    return (await host.exec(['curl', '--silent', `http://${host.address}:${PORT}/word`])).stdout;
  };
  const nobodyHolds = async () => Object.keys(await slots()).length === 0;

  await t.test('a restart for a file waits for its slot', async (t) => {
    const [before, containers] = [await started(), await ids()];
    const serving = watchServing(hosts, PORT);
    await etcd.put('/katod/cluster/params/word', 'two');
    const all = async () => (await started()).every((each, index) => each !== before[index]);
    await until('all have restarted', all, ROLLED);
    await healthy('well with the new file');
    await until('no slot is taken', nobodyHolds, WITHIN);
    const { mostAway, looks } = await serving.stop();
    t.equal(mostAway, 1, `in ${looks} looks from outside`);
    t.same(await ids(), containers, 'none is another');
    t.same(await Promise.all(hosts.map((_, index) => says(index))), ['two', 'two', 'two']);
  });

  await t.test('what is removed keeps its slot until the others serve without it', async (t) => {
    const [leaving, failing, staying] = hosts;
    if (leaving === undefined || failing === undefined || staying === undefined) return missing();
    // All others have to serve.
    await etcd.put('/katod/cluster/components/web', 'disruption: { peers: { least: 3 } }');
    await healthy('well with the rule');
    agents[1]?.pause();
    await etcd.put(`/katod/nodes/${leaving.node}/role`, 'none');
    await until('it stops to serve', async () => (await says(0)) === '', WITHIN);
    await failing.host.docker('kill', 'katod-web');
    await until('it is gone', async () => (await inWords(leaving.host)) === '', WITHIN);
    // The others said yes a few seconds ago, while it was still there.
    await untilHealth(
      agents[0] ?? missing(),
      'it keeps its slot, and says why',
      ({ reasons }) =>
        reasons.some((each) => /it is gone, and its slot is kept.*: 1 of 3 serve, and 2 must/.test(each)),
      WITHIN,
    );
    await etcd.put(`/katod/nodes/${staying.node}/role`, 'none');
    await untilHealth(
      agents[2] ?? missing(),
      'another that is to go waits',
      ({ reasons }) => reasons.some((each) => each.includes(`held by ${leaving.node} for web`)),
      WITHIN,
    );
    t.match(await inWords(staying.host), 'katod-web running');
    await etcd.put(`/katod/nodes/${staying.node}/role`, 'web');
    agents[1]?.resume();
    await until('the slot is free once the others serve', nobodyHolds, WITHIN);
    t.equal(await says(1), 'two');
    await etcd.put(`/katod/nodes/${leaving.node}/role`, 'web');
    await healthy('all well again');
  });
});

function missing(): never {
  throw new Error('there are three hosts');
}
