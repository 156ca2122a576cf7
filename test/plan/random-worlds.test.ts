/** Random worlds against the plan alone: whatever the world is like and whatever goes wrong, its promises are kept. */
import fc from 'fast-check';
import t from 'tap';
import { FakeDaemon } from '../engine/fake/daemon.js';
import { Driver } from './random/driver.js';
import { flaws } from './random/expected.js';
import { runs } from './random/runs.js';
import { desiredOf, sceneOf, wishInTheEnd } from './random/scene.js';
import { type Event, type Story, stories, type Wish } from './random/story.js';

/** Passes within which all is well after the last fault. */
const BOUND = 60;
const BEGIN = Date.parse('2026-01-01T00:00:00Z');

/** Plays a story to its good end. Answers with what was wrong. */
function play(story: Story): { readonly wrong: readonly string[]; readonly told: readonly string[] } {
  let now = 0;
  const scene = sceneOf(story, new FakeDaemon({ date: () => new Date(BEGIN + now) }));
  const driver = new Driver(scene);
  const wishes = [story.wish];
  const wish = (next: Wish) => {
    wishes.push(next);
    scene.promises.desired = desiredOf(next);
  };
  const happen = (event: Event) => {
    switch (event.do) {
      case 'wish':
        return wish(event.wish);
      case 'pass':
        return driver.pass(scene.promises.desired, event);
      case 'crash':
        return driver.crash();
      case 'wait':
        driver.now += event.time;
        return;
      case 'unhealthy':
        return driver.unhealthy(event.pick);
      case 'deaf':
        // Here a pass does not wait for events.
        return;
      case 'engine restarts':
        scene.others(event);
        return driver.engineReturned();
      default:
        driver.told.push(JSON.stringify(event));
        return scene.others(event);
    }
  };
  for (const event of story.events) {
    // The engine's own clock goes on between all that happens.
    now += 10;
    happen(event);
  }
  wish(wishInTheEnd(wishes));
  scene.daemon.reservedNames.clear();
  // As the plan asks of an operator who wants another try.
  for (const { id, name } of scene.ours()) if (name.includes('-failed-')) scene.daemon.vanish(id);
  scene.daemon.finish();
  driver.told.push('all is well');
  for (let passes = 0; passes < BOUND; passes += 1) {
    now += 10;
    const wasIdle = driver.isIdle;
    const { actions, waiting } = driver.pass(scene.promises.desired);
    const due = waiting.flatMap(({ until }) => (until === null ? [] : [until]));
    if (actions.length === 0 && due.length === 0 && wasIdle)
      return { wrong: flaws(scene, scene.promises.desired), told: driver.told };
    if (actions.length === 0 && due.length > 0) driver.now = Math.max(driver.now, Math.min(...due));
  }
  return { wrong: [`not settled within ${BOUND} passes`], told: driver.told };
}

t.test('in every world the promises are kept, and it settles', async (t) => {
  const property = fc.property(stories(12), (story) => {
    const { wrong, told } = play(story);
    if (wrong.length > 0) throw new Error([...wrong, 'it went:', ...told].join('\n'));
  });
  const { failed, counterexample, errorInstance, seed, counterexamplePath } = fc.check(property, runs(3_000));
  if (failed) {
    t.comment(String(errorInstance));
    t.comment(JSON.stringify(counterexample));
    t.fail(`KATOD_TEST_SEED=${seed} (path ${counterexamplePath}) repeats it`);
  }
  t.pass();
});
