/** Tells systemd how the agent is: `Type=notify` with a watchdog, through `systemd-notify`. */
// Node has no datagram sockets of the Unix family, and a native module would be compiled for one version of Node.
import { spawn } from 'node:child_process';
import type { Logger } from 'pino';

export interface Notifier {
  /** The agent is up. From now on the watchdog is fed. */
  ready(status: string): Promise<void>;
  /** One line for `systemctl status`; the same line again is not sent. */
  status(text: string): Promise<void>;
  /** The agent begins to stop. Resolves when systemd has been told. */
  stopping(): Promise<void>;
  /** Ends the feeding of the watchdog, and resolves when all that was sent is out. */
  close(): Promise<void>;
}

export interface NotifierOptions {
  /** Where systemd put `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`. */
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Pick<Logger, 'warn'>;
  /** The watchdog is fed only while this says true. It must look at nothing remote. */
  readonly alive: () => boolean;
  /** The program that sends. Default `systemd-notify`, looked up in `environment.PATH`. */
  readonly program?: string;
}

/** A message takes milliseconds; what takes longer than this hangs, and is ended. */
const SEND_TIMEOUT = 5000;

/**
 * Does nothing where the agent was not started by systemd. Nothing of it ever rejects: a message that can't be sent
 * is one warning, and a missing program ends all further tries. The unit needs `NotifyAccess=all`, since a child sends.
 */
export function openNotifier(options: NotifierOptions): Notifier {
  const { environment, log, alive, program = 'systemd-notify' } = options;
  let usable = (environment.NOTIFY_SOCKET ?? '') !== '';
  let warned = false;
  let lastStatus = '';
  let queue: Promise<void> = Promise.resolve();
  let watchdog: NodeJS.Timeout | null = null;

  const warn = (problem: unknown) => {
    if (!warned) log.warn({ program, err: problem }, 'systemd not notified');
    warned = true;
  };
  const sendNow = (message: readonly string[]): Promise<void> => {
    if (!usable) return Promise.resolve();
    return new Promise((resolve) => {
      const child = spawn(program, ['--no-block', ...message], {
        env: environment,
        stdio: 'ignore',
      });
      // Not spawn's own timeout: it goes on when the program is missing, and holds up the agent's exit.
      const deadline = setTimeout(() => child.kill('SIGKILL'), SEND_TIMEOUT);
      child.once('error', (fault) => {
        clearTimeout(deadline);
        usable = !('code' in fault && fault.code === 'ENOENT');
        warn(fault);
        resolve();
      });
      child.once('exit', (code, signal) => {
        clearTimeout(deadline);
        if (code !== 0) warn(new Error(`it ended with ${code ?? signal}`));
        resolve();
      });
    });
  };
  // One after the other, so that a status can't overtake a newer one.
  const send = (...message: readonly string[]): Promise<void> => {
    queue = queue.then(() => sendNow(message));
    return queue;
  };
  const line = (text: string) => `STATUS=${text.replace(/\s+/g, ' ')}`;

  return {
    ready(status) {
      lastStatus = line(status);
      const period = watchdogPeriod(environment);
      if (usable && period !== null && watchdog === null) {
        watchdog = setInterval(() => {
          if (alive()) void send('WATCHDOG=1');
        }, period);
      }
      return send('READY=1', lastStatus);
    },
    status(text) {
      if (line(text) === lastStatus) return queue;
      lastStatus = line(text);
      return send(lastStatus);
    },
    stopping: () => send('STOPPING=1'),
    close() {
      if (watchdog !== null) clearInterval(watchdog);
      watchdog = null;
      return queue;
    },
  };
}

/** A third of what systemd waits, in milliseconds; null when it expects nothing of this process. */
function watchdogPeriod(environment: NodeJS.ProcessEnv): number | null {
  const { WATCHDOG_USEC: microseconds, WATCHDOG_PID: pid } = environment;
  if (pid !== undefined && pid !== '' && Number(pid) !== process.pid) return null;
  const limit = Number(microseconds);
  return Number.isFinite(limit) && limit > 0 ? Math.max(limit / 3000, 1) : null;
}
