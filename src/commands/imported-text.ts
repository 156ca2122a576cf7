/** What `katod import` prints. Pure. */
import { etcdctlLine } from '../import/etcdctl.js';
import type { Imported } from '../import/import.js';
import type { Done } from './put-all.js';

interface About {
  /** In front of keys: of etcd, with its slash at the end. */
  readonly prefix: string;
  readonly node: string;
  /** What came of putting the lines; null: they are not put. */
  readonly done: Done | null;
  readonly json: boolean;
}

/** Lines for a shell, what has none as comments among them; or one JSON value. */
export function importedText(
  { puts, remarks, problems }: Imported,
  { prefix, node, done, json }: About,
): string {
  const keyed = puts.map(({ key, value }) => ({ key: `${prefix}${key}`, value }));
  if (json) return `${JSON.stringify({ node, puts: keyed, remarks, problems, done })}\n`;
  const comments = remarks.map(({ line, name, message }) =>
    line === 0 ? `# ${message}` : `# ${name} (line ${line}): ${message}`,
  );
  const lines =
    done === null ? keyed.map(etcdctlLine) : [`${done.written} keys written, ${done.unchanged} as they were`];
  return [...comments, ...lines, ''].join('\n');
}
