/** `katod healthcheck`: asks `/readyz`; for scripts and container engines, so it loads as little as it can. */
import { loadSome } from '../settings/load.js';
import { askAgent } from './client.js';
import { exitCode, type Invocation } from './command.js';
import { withSettings } from './refuse.js';

export async function healthcheck({ sources, switches }: Invocation): Promise<number> {
  return withSettings(loadSome(sources, ['listen']), async ({ listen }) => {
    const { status, body } = await askAgent(listen, { path: '/readyz' });
    const ready = status === 200;
    const text = body.trimEnd();
    process.stdout.write(
      `${switches.has('json') ? JSON.stringify({ ready, reasons: ready ? [] : text.split('\n') }) : text}\n`,
    );
    return ready ? exitCode.done : exitCode.failed;
  });
}
