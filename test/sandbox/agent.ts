/** The agent itself, as operators run it: the bundle, on a sandbox host, told what to do by its environment. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/report/report.js';
import { type CommandOptions, type CommandResult, runCommand } from './command.js';
import type { Host } from './host.js';
import { type LogLine, readLogFrom } from './log-reader.js';
import { type Exit, type Part, startPart } from './part.js';
import { type Answer, type RequestOptions, request } from './request.js';
import { until } from './until.js';

export interface AgentOptions {
  readonly host: Host;
  /** Environment variables, `KATOD_ROLE_LIKE: 'value'`; they win over what is set here. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Name in files and messages, for several agents on one host; default `agent`. */
  readonly name?: string;
  /** Milliseconds until `/livez` must answer; default 15 s. */
  readonly within?: number;
}

export interface Agent {
  readonly socket: string;
  readonly stateDir: string;
  /** What it has been started with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Process id, or null while it is down. */
  pid(): number | null;
  /** All log lines since the first start, restarts included. */
  logs(): readonly LogLine[];
  /** All it has printed, as text. */
  output(): string;
  get(path: string, options?: RequestOptions): Promise<Answer>;
  /** The report of `/health`, whatever its status code. */
  health(): Promise<Report>;
  /** Runs another command of the same program with the same settings. */
  katod(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Default SIGKILL; waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
  /** Starts it again after `kill`, with further settings if given. */
  start(settings?: Readonly<Record<string, string>>): Promise<void>;
  /** SIGTERM, the end, and a start. */
  restart(settings?: Readonly<Record<string, string>>): Promise<void>;
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/** The program as released; built by `npm run build`. */
export const bundle = fileURLToPath(new URL('../../dist/katod.mjs', import.meta.url));

/** Resolves when `/livez` answers 200; rejects with what it printed when it ends before. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { host, name = 'agent' } = options;
  const log = join(host.folder, `${name}.log`);
  const socket = join(host.folder, name === 'agent' ? 'katod.sock' : `${name}.sock`);
  const stateDir = join(host.folder, name === 'agent' ? 'state' : `${name}-state`);
  let environment: Readonly<Record<string, string>> = {
    ...host.environment,
    KATOD_NODE: 'web-1',
    KATOD_LISTEN: `unix:${socket}`,
    KATOD_STATE_DIR: stateDir,
    KATOD_DOCKER: `unix://${host.dockerSocket}`,
    ...options.settings,
  };
  appendFileSync(log, '');
  const reader = readLogFrom(log);
  let part: Part | undefined;
  const running = () => (part !== undefined && part.exit() === null ? part : undefined);
  const get = (path: string, more: RequestOptions = {}) => request(socket, path, more);
  const alive = async () => {
    try {
      return (await get('/livez', { within: 2000 })).status === 200;
    } catch {
      return false;
    }
  };
  const start = async (settings: Readonly<Record<string, string>> = {}) => {
    if (running()) throw new Error('the agent runs already');
    environment = { ...environment, ...settings };
    const argv = host.inside([process.execPath, bundle, 'agent']);
    part = startPart({ name: `katod ${name}`, argv, environment, log });
    await part.ready(alive, options.within ?? 15_000);
  };
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> => {
    const part = running();
    if (part === undefined) throw new Error('the agent does not run');
    return part.end(signal);
  };
  const agent: Agent = {
    socket,
    stateDir,
    get environment() {
      return environment;
    },
    pid: () => running()?.pid ?? null,
    logs: () => reader.lines(),
    output: () => reader.text(),
    get,
    async health() {
      const answer = await get('/health');
      if (answer.json === undefined) throw new Error(`/health is no JSON: ${answer.status} ${answer.body}`);
      return answer.json as Report;
    },
    katod: (args, more = {}) =>
      runCommand(host.inside([process.execPath, bundle, ...args]), {
        ...more,
        environment: { ...environment, ...more.environment },
      }),
    kill,
    start,
    async restart(settings) {
      await kill('SIGTERM');
      await start(settings);
    },
    pause: () => running()?.signal('SIGSTOP'),
    resume: () => running()?.signal('SIGCONT'),
    async close() {
      if (running()) await kill('SIGKILL');
    },
  };
  await start();
  return agent;
}

/** Waits until the report satisfies the condition, and returns it. */
export function untilHealth(
  agent: Agent,
  what: string,
  condition: (report: Report) => boolean,
  { within }: { readonly within: number },
): Promise<Report> {
  return until(
    what,
    async () => {
      const report = await agent.health();
      if (!condition(report)) throw new Error(`the report says ${JSON.stringify(report)}`);
      return report;
    },
    { within },
  );
}
