/** No terminal: a line for each component whose state or health has changed. */
import { plain } from '../../../src/commands/columns.js';
import type { ComponentReport } from '../../../src/report/report.js';
import { components, shown } from './components.js';
import type { Surface } from './screen.js';
import { type Scene, secondsOf, tableLines } from './table.js';

export function plainScreen(stream: NodeJS.WritableStream): Surface {
  const before = new Map<string, string>();
  let last: Scene | undefined;
  const print = (lines: readonly string[]) => {
    stream.write(lines.map((line) => `${line}\n`).join(''));
  };
  return {
    print,
    draw(scene) {
      last = scene;
      if (scene.report === null) return;
      const elapsed = scene.waiting === null ? ' '.repeat(7) : secondsOf(scene.waiting.elapsed);
      for (const { name } of components) {
        const component = scene.report.components.find((one) => one.name === name);
        const now = component === undefined ? 'gone' : `${component.state}, ${component.health}`;
        const known = before.get(name) ?? 'gone';
        before.set(name, now);
        if (now !== known) print([`${elapsed}  ${shown(name)}: ${now}${whyOf(component)}`]);
      }
    },
    finish(leave) {
      if (leave && last?.report != null)
        print(tableLines(last.report, last.answers, { columns: 120, paint: plain, now: Date.now() }));
    },
  };
}

function whyOf(component: ComponentReport | undefined): string {
  const doing = component?.doing ?? null;
  if (doing === null) return '';
  return ` (${doing.waits === null ? doing.what : 'waits'}: ${doing.because})`;
}
