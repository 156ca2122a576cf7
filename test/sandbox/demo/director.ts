/** Leads through the steps: times each, types its commands on the demo's host, waits, and keeps the screen current. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Report } from '../../../src/report/report.js';
import type { Agent } from '../agent.js';
import type { CommandResult } from '../command.js';
import { until } from '../until.js';
import type { Screen } from './screen.js';
import { secondsOf } from './table.js';

/** A step that did not go as it should. */
export class Unexpected extends Error {
  readonly expected: string;
  readonly seen: string;

  constructor(expected: string, seen: string) {
    super(`expected: ${expected}; seen: ${seen}`);
    this.expected = expected;
    this.seen = seen;
  }
}

/** Runs a line of shell on the demo's host. */
export type Shell = (line: string) => Promise<CommandResult>;

/** Milliseconds between two looks at the agent for the screen. */
const interval = 100;

export class Director {
  readonly #screen: Screen;
  readonly #interrupted: AbortSignal;
  #agent: Agent | undefined;
  #report: Report | null = null;
  #answers = false;
  #began: number | undefined;
  #what = '';
  #closed = false;

  /** After `interrupted` no step and no command begins, and waiting ends. */
  constructor(screen: Screen, interrupted: AbortSignal) {
    this.#screen = screen;
    this.#interrupted = interrupted;
    void this.#refresh();
  }

  /** From now on the table shows what this agent reports; without one it stays, and says that it is an old one. */
  follow(agent: Agent | undefined): void {
    this.#agent = agent;
    this.#answers = false;
  }

  /** One step; what `act` returns is the line that says what happened. */
  async step(act: () => Promise<string>): Promise<void> {
    this.#began = performance.now();
    this.#what = '';
    const text = await act();
    this.#goOn();
    await this.#look();
    this.#draw();
    this.#screen.outcome(secondsOf(this.elapsed()), text);
    this.#began = undefined;
    this.#draw();
    await delay(this.#screen.pause, undefined, { signal: this.#interrupted });
  }

  /** Milliseconds since the step that is under way began; 0 between two steps. */
  elapsed(): number {
    return this.#began === undefined ? 0 : performance.now() - this.#began;
  }

  /** Shows a line of its own: `# what is done` where it is no command. */
  title(text: string): void {
    this.#goOn();
    this.#screen.typed(text);
  }

  /** Types a command that must succeed, and returns what it printed. */
  async type(shell: Shell, line: string): Promise<string> {
    this.title(`$ ${line}`);
    const { code, stdout, stderr } = await shell(line);
    this.#goOn();
    if (code === 0) return stdout;
    throw new Unexpected(`${line}: exit code 0`, `exit code ${code}: ${(stderr || stdout).trim()}`);
  }

  /** Says what is being done, for the live part. */
  doing(what: string): void {
    this.#what = what;
  }

  /** Waits for at most `within` milliseconds until `look` no longer throws; what it threw last is what was seen. */
  async until<T>(expected: string, look: () => T | Promise<T>, within: number): Promise<T> {
    this.#what = `waiting until ${expected}`;
    let found: { readonly value: T } | undefined;
    const done = async () => {
      if (!this.#interrupted.aborted) found = { value: await look() };
      return true;
    };
    try {
      await until(expected, done, { within });
    } catch (error) {
      const seen = error instanceof Error && error.cause instanceof Error ? error.cause.message : error;
      throw new Unexpected(`${expected}, within ${within / 1000} s`, String(seen));
    }
    this.#goOn();
    if (found === undefined) throw new Error('interrupted');
    return found.value;
  }

  close(): void {
    this.#closed = true;
  }

  #goOn(): void {
    this.#interrupted.throwIfAborted();
  }

  async #refresh(): Promise<void> {
    while (!this.#closed) {
      await this.#look();
      this.#draw();
      await delay(interval);
    }
  }

  async #look(): Promise<void> {
    const agent = this.#agent;
    if (agent === undefined) return;
    const report = await agent.health().catch(() => undefined);
    if (agent !== this.#agent) return;
    this.#answers = report !== undefined;
    this.#report = report ?? this.#report;
  }

  #draw(): void {
    if (this.#closed) return;
    const waiting = this.#began === undefined ? null : { what: this.#what, elapsed: this.elapsed() };
    this.#screen.draw({ waiting, report: this.#report, answers: this.#answers });
  }
}
