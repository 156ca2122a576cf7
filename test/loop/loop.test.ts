/** What the loop must do, on the fake engine and in virtual time: what random worlds have found is kept here by name. */
import t from 'tap';
import type { Desired } from '../../src/desired/desired.js';
import { CHANGES, hangs, isSlow } from '../engine/fake/mishaps.js';
import { paused, spec, wanted } from '../plan/world.js';
import { FakeHost } from './agent-on-fake.js';

/** Settles with `web`, lets something happen, and answers with the changes that were made after it. */
async function changesWhen(happens: (host: FakeHost, web: Desired) => Promise<void> | void) {
  const host = new FakeHost({ images: ['web:1'] });
  try {
    return await host.time.rule(async () => {
      const web = wanted(spec('web'));
      host.start(web);
      t.ok(await host.time.until(() => host.isIdle(), 10_000));
      host.calls.length = 0;
      await happens(host, web);
      await host.time.pass(10_000);
      return host.calls.map(({ verb }) => verb).filter((verb) => CHANGES.includes(verb));
    });
  } finally {
    host.close();
  }
}

t.test('what was taken back while a look was under way is not done', async (t) => {
  const changes = await changesWhen(async (host, web) => {
    host.wire.mishaps.add(isSlow(['list'], 5_000));
    host.loop?.desire(wanted());
    await host.time.pass(1_000);
    host.loop?.desire(paused(web));
  });
  t.same(changes, []);
});

t.test('what was taken back while it was planned is not done', async (t) => {
  let planned = 0;
  const changes = await changesWhen((host, web) => {
    class Components extends Map<string, never> {
      override keys() {
        planned += 1;
        host.loop?.desire(paused(web));
        return super.keys();
      }
    }
    host.loop?.desire({ ...wanted(), components: new Components() } as Desired);
  });
  t.equal(planned, 1);
  t.same(changes, []);
});

const idOf = (host: FakeHost, name: string) =>
  host.daemon.containers().find((container) => container.name === name)?.id ?? '';

/** Names and states on the engine. */
const seen = (host: FakeHost) => host.daemon.containers().map(({ name, state }) => `${name} ${state}`);

/** Settles with `web`, lets something happen, and settles again. Answers with the changes that were made. */
async function after(happens: (host: FakeHost) => void): Promise<readonly string[]> {
  const host = new FakeHost({ images: ['web:1'] });
  try {
    return await host.time.rule(async () => {
      host.start(wanted(spec('web')));
      await host.time.until(() => host.isIdle(), 10_000);
      await host.time.pass(1_000);
      host.calls.length = 0;
      happens(host);
      await host.time.pass(60_000);
      const changes = host.calls.map(({ verb }) => verb).filter((verb) => CHANGES.includes(verb));
      return [...changes, ...seen(host)];
    });
  } finally {
    host.close();
  }
}

const HEALED = ['start', 'katod-web running'];

t.test('what events did not tell is found by the next list, and mended once', async (t) => {
  const killed = (host: FakeHost) => host.daemon.exit(idOf(host, 'katod-web'));
  t.same(await after(killed), HEALED);
  const lost = (host: FakeHost) => {
    host.wire.dropEvents(1_000);
    killed(host);
  };
  t.same(await after(lost), HEALED, 'dropped');
  const late = (host: FakeHost) => {
    host.wire.eventDelay = 20_000;
    killed(host);
  };
  t.same(await after(late), HEALED, 'late');
  const swallowed = (host: FakeHost) => {
    host.wire.blackHole = true;
    killed(host);
  };
  t.same(await after(swallowed), HEALED, 'swallowed');
  const cut = (host: FakeHost) => {
    killed(host);
    host.wire.cutEvents();
  };
  t.same(await after(cut), HEALED, 'cut');
});

t.test('a call that gets no answer is not made a second time where it has happened', async (t) => {
  const lost = (verb: 'create' | 'start', happensAfter: number) => (host: FakeHost) => {
    host.daemon.vanish(idOf(host, 'katod-web'));
    host.wire.mishaps.add(hangs([verb], happensAfter));
  };
  const once = ['create', 'start', 'katod-web running'];
  t.same(await after(lost('create', 0)), once);
  t.same(await after(lost('start', 0)), once);
  const late = ['create', 'create', 'start', 'katod-web running'];
  t.same(await after(lost('create', 30_000)), late, 'one that happens long after is refused for its name');
});
