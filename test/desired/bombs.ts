/** Definitions that are made to cost much: as large as the bounds let them be, or larger. By name, as overlays of `web`. */

const repeat = (text: string, count: number) => text.repeat(count);
const list = (count: number, item: (index: number) => string) =>
  Array.from({ length: count }, (_, at) => item(at));

export const BOMBS: Readonly<Record<string, string>> = {
  'aliases of aliases': list(
    20,
    (at) => `k${at}: &k${at} [${repeat(at === 0 ? 'x,' : `*k${at - 1},`, 9)}]`,
  ).join('\n'),
  'anchors and aliases': list(1_200, (at) => `- &a${at} x\n- *a${at}`).join('\n'),
  'brackets in brackets': repeat('[', 60_000),
  'dashes in dashes': repeat('- ', 30_000),
  'questions in questions': repeat('? ', 2_400),
  'as many keys as may be': list(1_200, (at) => `key-${at}: v`).join('\n'),
  'as many variables as may be': `env:\n${list(1_200, (at) => `  K${at}: v`).join('\n')}`,
  'as many items as may be': `command: [${repeat('a, ', 1_900)}a]`,
  'faults of form': repeat('a: ]\n', 900),
  'one long text': `command: ["${repeat('x', 60_000)}"]`,
  'as much template code as may be': `command: ["${repeat('{{ node.name }}', 270)}"]`,
  'filters on filters': `command: ["{{ node.name ${repeat('| append: node.name ', 200)} }}"]`,
  'filters that double': `command: ["{{ node.name ${repeat("| append: node.name | split: 'e' | join: node.name ", 70)} }}"]`,
  'a long loop': 'command: ["{% for i in (1..99999999) %}{{ i }}{% endfor %}"]',
  'loops in loops': `command: ["${repeat('{% for i in (1..50) %}', 12)}x${repeat('{% endfor %}', 12)}"]`,
  'loops with much in them': `command: ["{% for i in (1..300) %}${repeat("{{ node.name | upcase | split: '' | sort | join: '' }}", 60)}{% endfor %}"]`,
  'as many items of an each as may be':
    'command: [{ each: "(1..1000)", value: "{{ item | append: node.name | upcase }}" }]',
  'an open brace': repeat('{{', 32_000),
  'deep conditions': `command: ["${repeat('{% if node.name %}', 220)}"]`,
  'more than may be': repeat('# x\n', 16_000),
  'unknown names': `after: [${list(900, (at) => `componant-${at}`).join(', ')}]`,
};

/** A small definition of a thousand. */
export function small(at: number): string {
  return `image: example/c${at}:1\ncommand: [run, "--name={{ node.name }}", "--domain={{ params.domain }}"]\nenv: { A: "{{ params.domain }}" }\nmemory: 64m\nafter: [${at === 0 ? '' : `c${at - 1}`}]\nprobes: { live: { tcp: ${10_000 + at} } }\nports: [${10_000 + at}]\n`;
}
