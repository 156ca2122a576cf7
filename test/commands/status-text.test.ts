import t from 'tap';
import { plain } from '../../src/commands/columns.js';
import { statusLines } from '../../src/commands/status-text.js';
import { brokenReport, healthyReport, now } from './reports.js';

const drawing = { columns: 80, paint: plain, now: Date.parse(now) };

t.test('a healthy node is a header and a row for each component', async (t) => {
  t.equal(
    `\n${statusLines(healthyReport, drawing).join('\n')}`,
    `
status  healthy
node    web-1, 10.0.0.5
roles   master, edge
stack   core
store   etcd, revision 42
engine  Docker 20.10.24, API 1.41
agent   0.1.0, up 3d

COMPONENT  STATE    HEALTH         CURRENT  RESTARTS  SINCE
zookeeper  running  ready, leader  yes      0         3d
haproxy    running  ready          yes      2         40s
  start 41s ago: it exited with code 137`,
  );
});

t.test('what is wrong is said with its cause, what is done below its row, within 80 columns', async (t) => {
  const lines = statusLines(brokenReport, drawing);
  t.equal(
    `\n${lines.join('\n')}`,
    `
status  degraded
node    web-1, 10.0.0.5
roles   none
stack   core
store   etcd, unreachable, from the last known good on disk
engine  unreachable
agent   0.1.0, up 3d
paused  all
hold    the store is another cluster's

COMPONENT  STATE    HEALTH   CURRENT  RESTARTS  SINCE
haproxy    blocked  unknown  no       0         5m
zookeeper  running  alive    no       0         2h
  pull 42 %: the image is not on the node
web        exited   failing  yes      7         12s
  waits for backoff (in 20s): it exited with code 1, 5 times in a row, and is
  started again after a while
  last exit 12s ago: code 1, out of memory

reasons
- store unreachable at http://10.0.0.2:2379 since 12 s: connection refused; look
  at etcd there
- haproxy is blocked: port 80 is held by nginx (pid 4711)`,
  );
  t.ok(lines.every((line) => line.length <= 80));
});

t.test('colours go around the text, and not into the width', async (t) => {
  const coloured = statusLines(healthyReport, {
    ...drawing,
    paint: (colour, text) => `<${colour}>${text}</>`,
  });
  const bare = coloured.map((line) => line.replace(/<[^>]*>/g, '').trimEnd());
  t.strictSame(bare, statusLines(healthyReport, drawing));
  t.match(coloured.join('\n'), '<green>healthy</>');
});
