/** Random worlds with the loop itself, its lanes, pulls, events and files, on the fake engine: promises kept, settled. */
import fc from 'fast-check';
import t from 'tap';
import { Fault } from '../../src/engine/engine.js';
import { LABEL } from '../../src/loop/labels.js';
import { CHANGES, fails, hangs, type Mishap } from '../engine/fake/mishaps.js';
import { flaws } from '../plan/random/expected.js';
import { runs } from '../plan/random/runs.js';
import { desiredOf, type Scene, sceneOf, wishInTheEnd } from '../plan/random/scene.js';
import { type Event, type Luck, type Story, stories, type Wish } from '../plan/random/story.js';
import { FakeHost } from './agent-on-fake.js';

/** All is well within so many milliseconds of the last fault: the longest wait, that of a failed pull, and a bit. */
const BOUND = 400_000;

const MISHAPS: Readonly<Record<Exclude<Luck, 'fine'>, Mishap>> = {
  refused: fails(CHANGES, new Fault('refused', 'never', 'refused')),
  busy: fails(CHANGES, new Fault('busy', 'later', 'busy')),
  full: fails(CHANGES, new Fault('full', 'later', 'full')),
  hangs: hangs(CHANGES),
  'answer lost': hangs(CHANGES, 0),
  'happens late': hangs(CHANGES, 12_000),
};

/** Plays a story to its good end. Answers with what was wrong, and what the agent did. */
async function play(story: Story, host: FakeHost): Promise<readonly string[]> {
  const { time, wire, daemon } = host;
  const scene = sceneOf(story, daemon);
  const told: string[] = [];
  host.onCall = (call) => {
    if (CHANGES.includes(call.verb)) told.push(`${time.now()} ms: ${call.verb} ${call.subject.slice(0, 12)}`);
    scene.promises.called(call);
  };
  host.onDeath = () => {
    told.push(`${time.now()} ms: a fresh agent`);
    host.dies = () => false;
    host.start(scene.promises.desired);
  };
  const wishes = [story.wish];
  const wish = (next: Wish) => {
    wishes.push(next);
    scene.promises.desired = desiredOf(next);
    host.loop?.desire(scene.promises.desired);
  };
  host.start(scene.promises.desired);
  for (const event of story.events) {
    told.push(`${time.now()} ms: ${JSON.stringify(event)}`);
    if (event.do === 'wish') wish(event.wish);
    else await happen(host, scene, event);
    await time.pass(20);
  }
  told.push(`${time.now()} ms: all is well`);
  wish(wishInTheEnd(wishes));
  wire.mishaps.clear();
  wire.blackHole = false;
  daemon.reservedNames.clear();
  daemon.finish();
  host.health.clear();
  host.dies = () => false;
  // An image that was refused for good is asked for again when an operator says so.
  host.loop?.reconcile();
  const wrong = () => flaws(scene, scene.promises.desired);
  const settled = await time.until(() => host.isIdle() && wrong().length === 0, BOUND);
  if (!settled) return [...wrong(), `not settled within ${BOUND} ms`, 'it went:', ...told];
  // The last call that hangs is given up, and asked once more.
  await time.pass(15_000);
  host.calls.length = 0;
  const { waiting, stuck } = host.loop?.state().plan ?? { waiting: [], stuck: [] };
  await time.pass(31_000);
  const further = host.calls.filter(({ verb }) => verb !== 'list');
  if (waiting.length + stuck.length === 0 && further.length > 0) return ['settled, and goes on', ...told];
  return wrong().length > 0 ? [...wrong(), 'it went:', ...told] : [];
}

async function happen(host: FakeHost, scene: Scene, event: Exclude<Event, { do: 'wish' }>): Promise<void> {
  const { time, wire } = host;
  switch (event.do) {
    case 'pass':
      for (const luck of event.luck) if (luck !== 'fine') wire.mishaps.add(MISHAPS[luck]);
      if (event.blind) wire.mishaps.add(hangs(['inspect', 'hasImage']));
      wire.latency = () => (event.slow ? 150 : 1);
      host.loop?.poke();
      return time.pass(200);
    case 'wait':
      return time.pass(event.time);
    case 'crash': {
      let calls = 0;
      host.dies = (_, when) => {
        if (when !== event.when) return false;
        calls += 1;
        return calls > event.calls;
      };
      return;
    }
    case 'deaf':
      wire.blackHole = true;
      return;
    case 'engine restarts':
      wire.reachable = false;
      scene.others(event);
      await time.pass(1_500);
      wire.reachable = true;
      return;
    case 'unhealthy': {
      const ours = scene.ours();
      const component = ours[event.pick % ours.length]?.request.labels[LABEL.component] ?? '';
      host.health.set(component, 'failing');
      host.loop?.poke();
      time.after(300, () => host.health.delete(component));
      return;
    }
    default:
      scene.others(event);
  }
}

t.test('in every world the loop keeps its promises, and settles', async (t) => {
  const property = fc.asyncProperty(stories(10), async (story) => {
    const host = new FakeHost();
    const wrong = await host.time.rule(() => play(story, host)).finally(() => host.close());
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });
  const { failed, counterexample, errorInstance, seed, counterexamplePath } = await fc.check(
    property,
    runs(200),
  );
  if (failed) {
    t.comment(String(errorInstance));
    t.comment(JSON.stringify(counterexample));
    t.fail(`KATOD_TEST_SEED=${seed} (path ${counterexamplePath}) repeats it`);
  }
  t.pass();
});
