import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  formatReference,
  type ImageReference,
  isImageId,
  parseReference,
} from '../../src/engine/reference.js';

const hex = 'a'.repeat(64);
const sha = `sha256:${hex}`;

t.test('references read as docker pull reads them', async (t) => {
  const cases: Readonly<Record<string, ImageReference>> = {
    zookeeper: { registry: 'docker.io', repository: 'library/zookeeper', tag: 'latest', digest: null },
    'zookeeper:3.9.5': { registry: 'docker.io', repository: 'library/zookeeper', tag: '3.9.5', digest: null },
    'example/web:1.2': { registry: 'docker.io', repository: 'example/web', tag: '1.2', digest: null },
    'docker.io/web': { registry: 'docker.io', repository: 'library/web', tag: 'latest', digest: null },
    'index.docker.io/web': { registry: 'docker.io', repository: 'library/web', tag: 'latest', digest: null },
    'localhost/x': { registry: 'localhost', repository: 'x', tag: 'latest', digest: null },
    'localhost:5000/x:y': { registry: 'localhost:5000', repository: 'x', tag: 'y', digest: null },
    'host:5000/x': { registry: 'host:5000', repository: 'x', tag: 'latest', digest: null },
    'host:5000/a/b/c:1': { registry: 'host:5000', repository: 'a/b/c', tag: '1', digest: null },
    'host:5000': { registry: 'docker.io', repository: 'library/host', tag: '5000', digest: null },
    'ghcr.io/a/b__c/d--e': { registry: 'ghcr.io', repository: 'a/b__c/d--e', tag: 'latest', digest: null },
    'Host/x': { registry: 'Host', repository: 'x', tag: 'latest', digest: null },
    '10.0.0.1:5000/x': { registry: '10.0.0.1:5000', repository: 'x', tag: 'latest', digest: null },
    '[::1]:5000/x': { registry: '[::1]:5000', repository: 'x', tag: 'latest', digest: null },
    [`web@${sha}`]: { registry: 'docker.io', repository: 'library/web', tag: null, digest: sha },
    [`web:1@${sha}`]: { registry: 'docker.io', repository: 'library/web', tag: '1', digest: sha },
    [`host:5000/web:1@${sha}`]: { registry: 'host:5000', repository: 'web', tag: '1', digest: sha },
  };
  for (const [text, reference] of Object.entries(cases)) {
    t.same(parseReference(text), { ok: true, reference }, text);
  }
});

t.test('what is no reference is refused with a sentence that quotes it', async (t) => {
  const wrong = [
    ...[
      '',
      ' ',
      'Web',
      'a b',
      'web:',
      'web:-x',
      'web:a:b',
      'web@',
      'web@sha256:12',
      'web/',
      '/web',
      'a//b',
      'a/-b',
    ],
    ...[
      'a..b',
      'a___b',
      'a_-b',
      'web?x=1',
      'web#x',
      '../x',
      'a/../b',
      'http://h/x',
      'h:x/y',
      'web\n',
      '-h.x/y',
    ],
    ...[
      `web:${'t'.repeat(129)}`,
      `${'a/'.repeat(130)}b`,
      hex,
      sha,
      `web@sha256:${'A'.repeat(64)}`,
      `web@md5:${hex}`,
    ],
  ];
  for (const text of wrong) {
    const parsed = parseReference(text);
    t.notOk(parsed.ok, JSON.stringify(text));
    if (!parsed.ok) t.ok(parsed.problem.includes(`"${text.slice(0, 100)}"`), parsed.problem.slice(0, 200));
  }
});

t.test('an image id is told from a reference', async (t) => {
  t.ok(isImageId(sha));
  t.ok(isImageId(hex));
  t.notOk(isImageId('web'));
  t.notOk(isImageId(`web@${sha}`));
});

const pathComponent = fc
  .tuple(
    fc.stringMatching(/^[a-z0-9]{1,6}$/),
    fc.array(fc.tuple(fc.constantFrom('.', '_', '__', '-', '---'), fc.stringMatching(/^[a-z0-9]{1,4}$/)), {
      maxLength: 2,
    }),
  )
  .map(([first, rest]) => first + rest.map(([separator, part]) => separator + part).join(''));
const registry = fc.oneof(
  fc.constant('localhost'),
  fc.domain(),
  fc.ipV4(),
  fc
    .tuple(fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), fc.integer({ min: 1, max: 65535 }))
    .map(([host, port]) => `${host}:${port}`),
);
const repository = fc.array(pathComponent, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/);
const digest = fc.stringMatching(/^[a-f0-9]{64}$/).map((digits) => `sha256:${digits}`);

t.test('what is put together of its parts reads as these parts, whatever they are', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        registry,
        repository,
        fc.option(tag),
        fc.option(digest),
        (registry, repository, tag, digest) => {
          const text = `${registry}/${repository}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;
          const expected = { registry, repository, tag: tag ?? (digest === null ? 'latest' : null), digest };
          assert.deepEqual(parseReference(text), { ok: true, reference: expected });
        },
      ),
      { numRuns: 300 },
    ),
  );
});

t.test(
  'the full text of whatever could be read reads as the same, and no text at all makes it throw',
  async (t) => {
    let read = 0;
    const character = fc.constantFrom(...'ab09.-_/:@[]A \n\u00e9');
    const mangled = fc.oneof(
      fc.string({ unit: character, maxLength: 20 }),
      fc.tuple(repository, fc.string({ unit: character, maxLength: 3 }), tag).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(mangled, (text) => {
        const parsed = parseReference(text);
        if (!parsed.ok) return;
        read += 1;
        assert.deepEqual(parseReference(formatReference(parsed.reference)), parsed);
      }),
      { numRuns: 1000 },
    );
    t.ok(read > 10, `${read} of them could be read`);
  },
);
