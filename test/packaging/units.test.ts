import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const unit = join(import.meta.dirname, '../../units/katod.service');

function directives(): ReadonlyMap<string, string> {
  const lines = readFileSync(unit, 'utf8').split('\n');
  return new Map(
    lines
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

t.test('systemd accepts the unit without a word', async (t) => {
  const verified = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
  t.equal(verified.error, undefined, 'systemd-analyze is there');
  t.equal(verified.stderr + verified.stdout, '');
  t.equal(verified.status, 0);
});

t.test('the unit keeps the agent up for ever, and never takes the engine down or along', async (t) => {
  const is = directives();
  t.equal(is.get('Restart'), 'always');
  t.equal(is.get('StartLimitIntervalSec'), '0');
  t.equal(is.get('Type'), 'notify');
  t.equal(is.get('NotifyAccess'), 'all', 'systemd-notify is a child');
  t.match(is.get('WatchdogSec'), /^\d+s$/);
  for (const tie of ['Requires', 'BindsTo', 'Requisite', 'PartOf'])
    t.equal(is.get(tie), undefined, `no ${tie}=`);
  t.match(is.get('After'), /\bdocker\.service\b/);
});

t.test('the unit leaves the agent what it needs', async (t) => {
  const is = directives();
  t.match(
    is.get('RestrictAddressFamilies'),
    /AF_UNIX.*AF_INET.*AF_NETLINK/,
    'engine, network, addresses of interfaces',
  );
  t.match(is.get('CapabilityBoundingSet'), /CAP_SYS_PTRACE/, 'whose process holds a port');
  for (const closed of [
    'ProtectProc',
    'ProcSubset',
    'PrivateNetwork',
    'MemoryDenyWriteExecute',
    'PrivateUsers',
  ]) {
    t.equal(is.get(closed), undefined, `no ${closed}=`);
  }
  t.equal(is.get('StateDirectory'), 'katod');
});
