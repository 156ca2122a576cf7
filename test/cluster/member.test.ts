import t from 'tap';
import { parseMember, parseStatus, statusText } from '../../src/cluster/member.js';
import { buildReport } from '../../src/report/build.js';
import { container, spec, wanted } from '../plan/world.js';
import { reportInput } from '../report/input.js';

function reportOf(names: readonly string[]) {
  const specs = names.map((name) => spec(name));
  return buildReport(reportInput({ desired: wanted(...specs), own: [container('web', 'a')] }), null);
}

t.test('a status is small however much there is to tell', async (t) => {
  const names = Array.from({ length: 300 }, (_, index) => `component-with-a-long-name-${index}`);
  const report = {
    ...reportOf(names),
    hold: 'x'.repeat(100_000),
    reasons: ['y'.repeat(100_000), 'z'.repeat(9_000)],
  };
  const text = statusText(report, '2026-01-01T00:00:00Z');
  t.ok(Buffer.byteLength(text) <= 4096);
  t.match(parseStatus(text), { status: report.status, hold: /^x+…$/, at: '2026-01-01T00:00:00Z' });
  const told = parseStatus(text)?.components ?? [];
  const left = report.components[told.length];
  const one = { name: left?.name, state: left?.state, health: left?.health, current: left?.current };
  t.ok(told.length > 0 && Buffer.byteLength(text) + JSON.stringify(one).length >= 4096, 'as many as fit');
});

t.test('what is in the store may be anything', async (t) => {
  for (const text of ['', '{', 'null', '[]', '{"name":1}']) {
    t.equal(parseMember(text), null);
    t.equal(parseStatus(text), null);
  }
});
