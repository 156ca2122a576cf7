/** What the loop must do, on the fake engine and in virtual time: what random worlds have found is kept here by name. */
import t from 'tap';
import { CHANGES, isSlow } from '../engine/fake/mishaps.js';
import { paused, spec, wanted } from '../plan/world.js';
import { FakeHost } from './agent-on-fake.js';

t.test('what was taken back while a look was under way is not done', async (t) => {
  const host = new FakeHost({ images: ['web:1'] });
  await host.time.rule(async () => {
    const web = wanted(spec('web'));
    host.start(web);
    t.ok(await host.time.until(() => host.isIdle(), 10_000));
    host.wire.mishaps.add(isSlow(['list'], 5_000));
    host.calls.length = 0;
    host.loop?.desire(wanted());
    await host.time.pass(1_000);
    host.loop?.desire(paused(web));
    await host.time.pass(10_000);
    t.same(
      host.calls.filter(({ verb }) => CHANGES.includes(verb)),
      [],
    );
  });
  host.close();
});
