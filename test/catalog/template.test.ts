import fc from 'fast-check';
import t from 'tap';
import { openBudget } from '../../src/catalog/budget.js';
import {
  compileExpression,
  compileTemplate,
  evaluateList,
  LONGEST_TEMPLATE,
  renderTemplate,
} from '../../src/catalog/template.js';
import { DEFINITION_NAMES } from '../../src/catalog/template-names.js';
import { bare } from '../../src/desired/parameters.js';

const scope = bare<unknown>({
  node: bare<unknown>({ name: 'web-1', address: '10.0.0.5', hostname: 'web', roles: ['master', 'edge'] }),
  params: bare({ domain: 'x.test', hosts: 'a,b', 'secret.db': 'hush', constructor: 'own' }),
  cluster: bare({ stack: 'core' }),
});

function rendered(source: string, lenient = false): string {
  const compiled = compileTemplate(source, DEFINITION_NAMES);
  if (!compiled.ok) return `refused: ${compiled.flaw.message}`;
  const text = renderTemplate(compiled.template, scope, { budget: openBudget(), lenient });
  return text.ok ? text.value : `failed: ${text.flaw.message}`;
}

const table: readonly (readonly [string, string])[] = [
  ['{{ node.name }} {{ params.domain }}', 'web-1 x.test'],
  ['{{ params["secret.db"] }}', 'hush'],
  ['{{ node.roles[1] }} {{ node.roles.size }}', 'edge 2'],
  ['{% if node.roles contains "edge" %}yes{% endif %}', 'yes'],
  ['{% for host in node.roles %}{{ host }};{% endfor %}', 'master;edge;'],
  ['{% assign a = params.hosts | split: "," %}{{ a | join: "+" }}', 'a+b'],
  ['{{ node.roles }}', 'masteredge'],
  // Unset parameters.
  ['{{ params.gone }}', 'failed: params.gone is not set'],
  ['{% if params.gone %}yes{% else %}no{% endif %}', 'no'],
  ['{% if params.gone == "x" or params.lost %}yes{% else %}no{% endif %}', 'no'],
  ['{% if params.domain == "y" %}{% elsif params.gone %}yes{% else %}no{% endif %}', 'no'],
  ['{% unless params.gone %}yes{% endunless %}', 'yes'],
  ['{{ params.gone | default: "d" }}', 'd'],
  ['{% assign a = params.gone | default: "d" %}{{ a }}', 'd'],
  ['{% assign a = params.gone %}{{ a }}', 'failed: params.gone is not set'],
  ['{% if params.domain %}{{ params.gone }}{% endif %}', 'failed: params.gone is not set'],
  ['{% for x in params.gone %}{% endfor %}', 'failed: params.gone is not set'],
  // Unknown names are found without rendering, even where an unset parameter is empty.
  [
    '{% if nod.name %}{% endif %}',
    'refused: unknown name nod; known are node, cluster, members, ensembles, ensemble, params; did you mean node?',
  ],
  [
    '{{ node.adress }}',
    'refused: unknown name node.adress; node has name, address, hostname, roles; did you mean address?',
  ],
  ['{{ params.secret.db }}', 'refused: a dotted parameter is written params["secret.db"]'],
  ['{{ params.size }}', "refused: a parameter can't be named size: rename it"],
  [
    '{% if false %}{% assign params = node %}{% endif %}',
    "refused: params can't be assigned: take another name",
  ],
  ['{{ params }}', 'failed: a mapping has no text: name one of its members'],
  // Prototypes.
  ['{{ params.constructor }}', 'own'],
  ['{{ params.toString }}', 'failed: params.toString is not set'],
  ['{{ params.__proto__ }}', 'refused: "__proto__" is no name of a parameter'],
  [
    '{{ constructor }}',
    'refused: unknown name constructor; known are node, cluster, members, ensembles, ensemble, params',
  ],
  [
    '{{ node.constructor }}',
    'refused: unknown name node.constructor; node has name, address, hostname, roles',
  ],
  ['{{ params.domain.constructor }}', 'refused: a dotted parameter is written params["domain.constructor"]'],
  ['{{ node.name.__proto__ }}', 'failed: node.name.__proto__ is not set'],
  ['{{ params[node.name] }}', 'failed: params.web-1 is not set'],
  // What is not part of the language here.
  ['{% include "/etc/passwd" %}', 'refused: tag "include" not found'],
  ['{% render "x" %}', 'refused: tag "render" not found'],
  ['{% layout "x" %}', 'refused: tag "layout" not found'],
  ['{{ "now" | date: "%s" }}', 'refused: undefined filter: date'],
  ['{{ node.roles | sample }}', 'refused: undefined filter: sample'],
  ['{{ params.domain', 'refused: output "{{ params.domain" not closed'],
  ['{% if params.domain %}', 'refused: tag {% if params.domain %} not closed'],
];

for (const [source, expected] of table) {
  t.test(source, async (t) => t.equal(rendered(source), expected));
}

t.test('in `when`, an unset parameter is empty everywhere', async (t) => {
  t.equal(rendered('{{ params.vip }}', true), '');
  t.equal(rendered('{{ params.domain }}', true), 'x.test');
});

t.test('bombs are stopped by a count, and soon', async (t) => {
  const bombs = [
    '{% for i in (1..1000000000) %}x{% endfor %}',
    `{% assign a = (1..100) %}${'{% for x in a %}'.repeat(8)}${'{% endfor %}'.repeat(8)}`,
    `{% assign a = "xxxxxxxxxx" %}${'{% assign a = a | append: a %}'.repeat(40)}{{ a }}`,
    `{% assign a = "x,x,x,x,x,x,x,x" %}${'{% assign a = a | replace: "x", a %}'.repeat(10)}{{ a }}`,
    `{% assign a = "x" %}{% for i in (1..15) %}{% assign a = a | append: a %}{% endfor %}${'{{ a }}'.repeat(100)}`,
  ];
  for (const bomb of bombs)
    t.match(rendered(bomb), /^failed: the templates take more than [\d,]+ /, bomb.slice(0, 60));
  t.match(
    rendered('{% if params.domain %}'.repeat(7_000) + '{% endif %}'.repeat(7_000)),
    /^refused: nested too deeply/,
  );
  t.match(rendered('x'.repeat(LONGEST_TEMPLATE + 1)), /^refused: longer than/);
});

t.test('one budget is for all templates of a definition', async (t) => {
  const compiled = compileTemplate('{% for i in (1..1000) %}x{% endfor %}', DEFINITION_NAMES);
  if (!compiled.ok) throw new Error(compiled.flaw.message);
  const budget = openBudget();
  const outcomes = Array.from({ length: 5 }, () => renderTemplate(compiled.template, scope, { budget }).ok);
  t.strictSame([outcomes[0], outcomes[4]], [true, false]);
});

t.test('each filter counts, as what is written does', async (t) => {
  const filters = (count: number) => rendered(`{{ node.name${' | upcase'.repeat(count)} }}`);
  t.equal(filters(3_900), 'WEB-1');
  t.match(filters(4_100), /^failed: the templates take more than 4,000 steps/);
});

t.test('the parameters that a template uses are read from it', async (t) => {
  const uses = (source: string) => {
    const compiled = compileTemplate(source, DEFINITION_NAMES);
    if (!compiled.ok) throw new Error(compiled.flaw.message);
    return (
      [...compiled.template.uses.names].sort().join(' ') + (compiled.template.uses.all ? ' and all' : '')
    );
  };
  t.equal(uses('{{ node.name }}'), '');
  t.equal(uses('{{ params.a }}{{ params["b.c"] | default: params.d }}'), 'a b.c d');
  t.equal(
    uses(
      '{% if params.a == params.b %}{% for i in (1..params.c) limit: params.d %}{{ params.e }}{% endfor %}{% endif %}',
    ),
    'a b c d e',
  );
  t.equal(uses('{% assign x = params.a %}{{ x | append: params.b }}'), 'a b');
  t.equal(uses('{{ params[node.name] }}'), ' and all');
  t.equal(uses('{% for p in params %}{{ p[0] }}{% endfor %}'), ' and all');
});

t.test('an expression gives a list, or is refused', async (t) => {
  const list = (expression: string) => {
    const compiled = compileExpression(expression, DEFINITION_NAMES);
    if (!compiled.ok) return compiled.flaw.message;
    const found = evaluateList(compiled.template, scope, openBudget());
    return found.ok ? JSON.stringify(found.value) : found.flaw.message;
  };
  t.equal(list('params.hosts | split: ","'), '["a","b"]');
  t.equal(list('node.roles'), '["master","edge"]');
  t.equal(list('params.hosts'), 'gives no list: make one with `split`');
  t.equal(list('params.gone'), 'params.gone is not set');
  t.equal(list('node.roles }}{{ node.name'), 'not one expression');
});

t.test('any text is rendered or refused, and never throws', async () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      'params.a',
      'node',
      ' | ',
      'if ',
      'for x in ',
      'endfor',
      '__proto__',
      '"',
      '\n',
      '-',
    ),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }),
      (pieces) => typeof rendered(pieces.join('')) === 'string',
    ),
    { numRuns: 1_000 },
  );
});
