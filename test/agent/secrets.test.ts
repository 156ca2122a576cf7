import t from 'tap';
import { untilHealth } from '../sandbox/agent.js';
import { until } from '../sandbox/until.js';
import { SLEEPER, startNode } from './node.js';

/** Of different kinds, each in several places; that no other text has them is all that the test needs of them. */
const SECRETS = {
  env: 'env-Qz7/aa+bb==',
  word: 'word-Kx4vT9',
  file: 'file-9fJ2 with "quotes"',
  url: 'url-Mm3~x y',
  tag: 'tag-w0rd',
  old: 'old-Jh5dLq',
};

/** Answers every request with what it was asked for, and its own environment. */
const PARROT = `
command: ["/bin/sh", "-c", "while :; do { read -r line; printf 'HTTP/1.1 500 no\\\\r\\\\n\\\\r\\\\n%s %s' \\"$line\\" \\"$TOKEN\\"; } | nc -l -p 9000; done"]
env: { TOKEN: "{{ params['secret.env'] }}", OTHER: "x{{ params['secret.old'] }}x" }
ports: [9000]
stop: { timeout: 1s }
probes:
  live: { http: "http://127.0.0.1:9000/{{ params['secret.url'] }}?t={{ params['secret.word'] }}", period: 1s, failures: 2, startPeriod: 1s }
  ready: { fourLetter: { port: 9000, send: "{{ params['secret.word'] }}", expect: "{{ params['secret.file'] }}" }, period: 1s }
`;

t.test('no secret is in anything that the agent tells, whatever fails', async (t) => {
  const read = (name: string) => `{{ params["secret.${name}"] }}`;
  const node = await startNode(t, {
    components: {
      parrot: PARROT,
      program: `command: ['${read('word')}', '--pass=${read('env')}']\n`,
      folder: `${SLEEPER}workingDir: '/a/${read('word')}'\nuser: '${read('word')}'\n`,
      image: `${SLEEPER}image: '127.0.0.1:1/none:${read('tag')}'\n`,
      reference: `${SLEEPER}image: '127.0.0.1:1/NO ${read('word')}'\n`,
      size: `${SLEEPER}memory: '${read('word')}'\n`,
      signal: `${SLEEPER.replace('stop: {', `stop: { signal: 'SIG${read('word')}',`)}`,
      network: `${SLEEPER}network: 'n${read('word')}'\n`,
      mount: `${SLEEPER}mounts: [{ source: '/no/${read('word')}', target: /m }]\n`,
      file: `${SLEEPER}files: [{ target: /etc/conf/x.conf, content: 'pass {{ params["secret.file"] }}' }]\n`,
      probe: `${SLEEPER}probes:\n  ready: { exec: ["/bin/sh", "-c", "echo said ${read('word').replaceAll('"', "'")}; exit 1"], period: 1s }\n`,
      unset: `${SLEEPER}env: { A: '${read('word')}{{ params.nosuch }}' }\n`,
      crash: `command: ['/bin/sh', '-c', 'echo ${read('word')} >&2; exit 3', '${read('env')}']\n`,
      label: `${SLEEPER}labels: { note: '${read('word')}' }\nhostname: '${read('tag')}'\nnetwork: bridge\n`,
    },
    roles: {
      all: [
        'parrot',
        'program',
        'folder',
        'image',
        'reference',
        'size',
        'signal',
        'network',
        'mount',
        'file',
        'probe',
        'unset',
        'crash',
        'label',
      ],
    },
    settings: { KATOD_LOG_LEVEL: 'trace' },
  });
  const { etcd, agent, host } = node;
  for (const [name, value] of Object.entries(SECRETS))
    await etcd.put(`/katod/cluster/params/secret.${name}`, value);
  await etcd.put('/katod/nodes/web-1/params/secret.broken', 'line\nbreak-Zz8yPw');
  await etcd.put('/katod/nodes/web-1/role', 'all');

  const told: string[] = [];
  /** All that can be seen from outside, at one moment. */
  const look = async (): Promise<void> => {
    const paths = ['/health', '/readyz', '/v1/plan', '/v1/events', '/metrics'];
    for (const path of paths) told.push((await agent.get(path)).body);
    told.push((await agent.get('/v1/plan', { headers: { accept: 'text/plain' } })).body);
    told.push((await etcd.get('/katod/status/web-1')) ?? '', (await etcd.get('/katod/members/web-1')) ?? '');
  };

  const report = await untilHealth(
    agent,
    'everything has failed in its way',
    ({ components }) => {
      const of = (name: string) => components.find((component) => component.name === name);
      return (
        of('parrot')?.health === 'failing' &&
        of('probe')?.output.includes('said') === true &&
        ['program', 'crash'].every((name) => of(name)?.doing?.waits === 'backoff') &&
        ['reference', 'size', 'unset'].every((name) => of(name)?.state === 'invalid') &&
        of('image')?.doing?.waits === 'pull'
      );
    },
    { within: 120_000 },
  );
  await look();
  t.match(
    report.components.find(({ name }) => name === 'program')?.doing?.because,
    /\*\*\*/,
    'the engine has echoed the command',
  );
  t.match(report.components.find(({ name }) => name === 'image')?.wanted?.image, '127.0.0.1:1/none:***');

  // One that is changed is still in the container that was made with it.
  await etcd.put('/katod/cluster/params/secret.old', 'new-Jh5dLq');
  await until(
    'it is read',
    async () => JSON.stringify((await agent.get('/v1/events')).json).includes('retire'),
    {
      within: 60_000,
    },
  );
  await look();

  const say = async (...commands: readonly string[][]): Promise<void> => {
    const said = await Promise.all(commands.map((command) => agent.katod(command, { within: 120_000 })));
    told.push(...said.flatMap(({ stdout, stderr }) => [stdout, stderr]));
  };
  await say(
    ['explain', 'parrot'],
    ['explain', 'program', '--json'],
    ['render', 'parrot'],
    ['render', 'file', '--json'],
    ['render', 'reference'],
    ['plan', '--json'],
    ['status'],
  );
  await agent.restart();
  await untilHealth(agent, 'all is known again', ({ components }) => components.length === 14, {
    within: 60_000,
  });
  await look();
  await agent.kill('SIGTERM');
  await say(['plan'], ['explain', 'program']);
  await say(['apply', '--timeout', '5s']);
  told.push(agent.output());

  t.match(told.join('\n'), /"component":"program"/, 'there is something to look through');
  const created = await host.docker('inspect', '--format', '{{json .Config}}', 'katod-program');
  t.match(created, SECRETS.word, 'and the component itself has been given it');
  const parts = [...Object.values(SECRETS), 'break-Zz8yPw', 'new-Jh5dLq'].flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ]);
  for (const [at, text] of told.entries()) {
    const leaked = [...new Set(parts)].filter((part) => text.includes(part));
    if (leaked.length === 0) continue;
    const [first = ''] = leaked;
    const place = text.indexOf(first);
    t.fail(`a secret is told (${at})`, { leaked, around: text.slice(Math.max(0, place - 300), place + 100) });
  }
});
