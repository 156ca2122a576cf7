/** The script that makes an OSD, run by bash with stand-ins for the tools: which disks it leaves alone. */
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { desiredFor, kato } from './examples.js';

const { components } = desiredFor(kato, ['worker']);
const wanted = components.get('ceph-osd');
if (!wanted?.ok) throw new Error('ceph-osd is refused');
const script = wanted.spec.shape.files.find(({ target }) => target.endsWith('.sh'))?.content ?? '';

const OWN = '{"3":[{"tags":{"ceph.cluster_fsid":"F","ceph.osd_fsid":"O"}}]}';

interface Disk {
  /** What `ceph-volume lvm list` says of it; null: it fails. */
  readonly osds: string | null;
  /** What `wipefs` finds. */
  readonly signatures: string;
}

/** A disk, and a node that tries to make an OSD of it. */
async function open(folder: string) {
  const [disk, bin, state] = [join(folder, 'sdb'), join(folder, 'bin'), join(folder, 'state')];
  await Promise.all([mkdir(bin), mkdir(state), writeFile(disk, '')]);
  const tool = (name: string, lines: string) =>
    writeFile(join(bin, name), `#!/bin/bash\necho "${name} $*" >> "$STATE/calls"\n${lines}\n`, {
      mode: 0o755,
    });
  await Promise.all([
    tool('ceph', ''),
    tool('install', ''),
    tool('ceph-osd', ''),
    tool('wipefs', 'cat "$STATE/signatures"'),
    tool('lsblk', 'echo sdb'),
    tool(
      'ceph-volume',
      `case $2 in list) cat "$STATE/osds" ;; prepare) echo '${OWN}' > "$STATE/osds" ;; esac`,
    ),
  ]);
  // A file stands in for the disk, and a folder for the volume.
  const source = script
    .replace('[ -b "$DISK" ]', '[ -f "$DISK" ]')
    .replaceAll('/var/lib/ceph/emptied', '$STATE/emptied');
  await writeFile(join(folder, 'osd.sh'), source);
  return {
    disk,
    async start({ osds, signatures }: Disk, mayEmpty: string) {
      await Promise.all([
        osds === null ? writeFile(join(state, 'osds'), 'no answer') : writeFile(join(state, 'osds'), osds),
        writeFile(join(state, 'signatures'), signatures),
        writeFile(join(state, 'calls'), ''),
      ]);
      const env = {
        PATH: `${bin}:${process.env.PATH}`,
        STATE: state,
        CLUSTER_FSID: 'F',
        DISK: disk,
        MAY_EMPTY: mayEmpty,
      };
      const child = spawn('bash', [join(folder, 'osd.sh')], { env, stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk;
      });
      const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
      const calls = await readFile(join(state, 'calls'), 'utf8');
      const did = ['zap', 'prepare', 'activate'].filter((what) => calls.includes(`ceph-volume lvm ${what} `));
      return { code, said, did, runs: calls.includes('ceph-osd -f -i 3 ') };
    },
  };
}

const FREE = { osds: '{}', signatures: '' };
const USED = { osds: '{}', signatures: 'sdb 0x438 ext4' };

t.test('a free disk is made an OSD, and one that is this cluster’s is taken up', async (t) => {
  const node = await open(t.testdir({}));
  t.match(await node.start(FREE, ''), { code: 0, did: ['prepare', 'activate'], runs: true });
  t.match(await node.start({ ...USED, osds: OWN }, node.disk), { code: 0, did: ['activate'], runs: true });
});

t.test('a disk with anything on it is left alone, for an operator', async (t) => {
  const node = await open(t.testdir({}));
  for (const word of ['', '/dev/sdc', 'true']) {
    const { code, said, did, runs } = await node.start(USED, word);
    t.strictSame([code, did, runs], [78, [], false], word);
    t.match(said, /is not empty, and is left alone.* set parameter ceph\.osd\.zap .* ext4/);
  }
  const other = OWN.replace('"F"', '"another cluster"');
  t.match(await node.start({ ...USED, osds: other }, ''), { code: 78, did: [], runs: false });
});

t.test('a disk that is named is emptied, once on each word', async (t) => {
  const node = await open(t.testdir({}));
  t.match(await node.start(USED, node.disk), { code: 0, did: ['zap', 'prepare', 'activate'], runs: true });
  const again = await node.start(USED, node.disk);
  t.match(again, { code: 78, did: [], runs: false, said: /has been emptied on this word before/ });
  t.match(await node.start(USED, `${node.disk}#2`), { code: 0, did: ['zap', 'prepare', 'activate'] });
});

t.test('where it can’t be told what is on the disk, nothing is done to it', async (t) => {
  const node = await open(t.testdir({}));
  const { code, did } = await node.start({ ...USED, osds: null }, node.disk);
  t.strictSame([code, did], [1, []], 'a failure that is tried again');
});
