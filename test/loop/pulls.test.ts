import t from 'tap';
import { Pulls } from '../../src/loop/pulls.js';

t.test('progress that is told before the call has returned is no failure', async (t) => {
  const pulls = new Pulls({
    pull(_, progress) {
      progress(0.5);
      return new Promise(() => {});
    },
  });
  pulls.begin('web:1', () => t.fail('it is under way'));
  t.equal(pulls.progressOf('web:1'), 0.5);
});
