/** What the others said to one question answers no other. */
import t from 'tap';
import { PeerAnswers } from '../../src/cluster/peer-answers.js';
import { wishKey, wishToKnow } from '../../src/plan/disruption.js';
import type { Answer } from '../../src/probe/answer.js';
import type { Probe } from '../../src/probe/probe.js';

const tcp: Probe = {
  check: { kind: 'tcp', host: '10.0.0.2', port: 1 },
  period: 1,
  timeout: 1,
  failures: 1,
  startPeriod: 0,
};
const peers = { serve: [tcp], least: 1, any: [] };
const away = wishToKnow({ component: 'web', definition: 'd1', group: 'web', peers });
const gone = wishToKnow({ component: 'web', definition: '', group: 'web', what: 'remove', peers });

/** The others answer when they are told to, the first question first. */
function open() {
  const asked: ((answer: Answer) => void)[] = [];
  let now = 0;
  const answers = new PeerAnswers({
    ask: () => new Promise((resolve) => void asked.push(resolve)),
    now: () => now,
    onChange: () => {},
  });
  return {
    answers,
    asked,
    pass(milliseconds: number) {
      now += milliseconds;
    },
    async answer(ok: boolean) {
      asked.shift()?.({ ok, output: 'so they say' });
      await new Promise(setImmediate);
    },
  };
}

t.test('each wish has its own answer, which is asked anew while it is wished', async (t) => {
  const { answers, asked, answer, pass } = open();
  answers.ask(away);
  answers.ask(away);
  t.equal(asked.length, 1, 'it is asked already');
  await answer(true);
  t.same([...answers.since(0)], [[wishKey(away), { ok: true }]]);
  answers.ask(gone);
  await answer(false);
  t.match(answers.since(0).get(wishKey(gone)), { ok: false });
  t.match(answers.since(0).get(wishKey(away)), { ok: true });
  answers.ask(away);
  t.equal(asked.length, 0, 'it has just been answered');
  pass(2_000);
  answers.ask(away);
  t.equal(asked.length, 1);
  t.equal(answers.since(1).size, 0, 'both are old by now');
});

t.test(
  'a new slot: what was said before does not count, nor what is said to a question of before',
  async (t) => {
    const { answers, answer } = open();
    answers.ask(gone);
    await answer(true);
    answers.ask(away);
    answers.forget('web');
    answers.ask(away);
    await answer(true);
    t.equal(answers.since(0).size, 0);
    await answer(true);
    t.same([...answers.since(0).keys()], [wishKey(away)]);
  },
);
