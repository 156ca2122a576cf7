/** This process, under the names that Prometheus' client libraries use. */
import { readdirSync } from 'node:fs';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { type Family, family } from './family.js';

/** The watch over the event loop looks so often, in milliseconds. Each look wakes an idle process: at 20 ms it took more
 * processor time than all else that an idle agent does. */
const RESOLUTION = 500;

export interface ProcessWatch {
  /** The lag is that since the last scrape. */
  families(): readonly Family[];
  close(): void;
}

export function watchProcess(): ProcessWatch {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  return {
    families() {
      const families = read(delay);
      delay.reset();
      return families;
    },
    close: () => void delay.disable(),
  };
}

function read(delay: IntervalHistogram): readonly Family[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, heapTotal } = process.memoryUsage();
  const gauge = (name: string, help: string, value: number): Family =>
    family({ name, help, type: 'gauge' }, [[{}, value]]);
  return [
    family(
      { name: 'process_cpu_seconds_total', help: 'Processor time, of user and system', type: 'counter' },
      [[{}, (user + system) / 1e6]],
    ),
    gauge('process_resident_memory_bytes', 'Resident memory', rss),
    gauge('process_start_time_seconds', 'Start of the process since 1970', startTime),
    ...openFiles().map((count) => gauge('process_open_fds', 'Open file descriptors', count)),
    gauge('nodejs_heap_size_used_bytes', 'Heap in use', heapUsed),
    gauge('nodejs_heap_size_total_bytes', 'Heap that the process holds', heapTotal),
    gauge('nodejs_eventloop_lag_mean_seconds', 'Mean lag of the event loop', lag(delay.mean)),
    gauge('nodejs_eventloop_lag_max_seconds', 'Longest lag of the event loop', lag(delay.max)),
    family({ name: 'nodejs_version_info', help: 'The version of Node.js; always 1', type: 'gauge' }, [
      [{ version: process.version }, 1],
    ]),
  ];
}

const startTime = Math.round(Date.now() / 1000 - process.uptime());

/** Nanoseconds between two ticks of the watch to seconds of lag; 0 before the first tick. */
function lag(nanoseconds: number): number {
  const seconds = (nanoseconds - RESOLUTION * 1e6) / 1e9;
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
}

/** Nothing where the kernel does not tell. */
function openFiles(): readonly number[] {
  try {
    return [readdirSync('/proc/self/fd').length];
  } catch {
    return [];
  }
}
