/** A proxy before the engine's socket that counts what the agent asks. */
import { createServer, request, type ServerResponse } from 'node:http';

export interface EngineProxy {
  readonly socket: string;
  /** How often each was asked since the last call of this, and starts at nothing again. */
  take(): { readonly lists: number; readonly pings: number; readonly others: readonly string[] };
  /** Resolves when a list that is asked for from now on has been answered. */
  nextList(): Promise<void>;
  close(): void;
}

export async function startEngineProxy(engine: string, socket: string): Promise<EngineProxy> {
  let asked: string[] = [];
  let waiting: (() => void)[] = [];
  const server = createServer((incoming, response) => {
    const { method, url: path = '', headers } = incoming;
    asked.push(`${method} ${path}`);
    const waitingForThis = isList(path) ? waiting : [];
    if (isList(path)) waiting = [];
    const onward = request({ socketPath: engine, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      // A stream of events begins in silence.
      response.flushHeaders();
      answer.pipe(response);
      answer.on('end', () => {
        for (const tell of waitingForThis) tell();
      });
    });
    onward.on('error', () => response.destroy());
    endTogether(response, () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    take() {
      const taken = asked;
      asked = [];
      return {
        lists: taken.filter((line) => isList(line)).length,
        pings: taken.filter((line) => line.endsWith('/_ping')).length,
        others: taken.filter((line) => !isList(line) && !line.endsWith('/_ping')),
      };
    },
    nextList: () => new Promise((resolve) => waiting.push(resolve)),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function isList(path: string): boolean {
  return path.includes('/containers/json');
}

/** A stream of events that its reader has left must not stay open. */
function endTogether(response: ServerResponse, end: () => void): void {
  response.on('close', end);
  response.on('error', end);
}
