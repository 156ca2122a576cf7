/** The log: lines of JSON, in which no secret stands. */
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import { masked } from '../report/masked.js';
import type { Mask } from '../report/secrets.js';
import type { LogLevel } from '../settings/settings.js';

/** `to` default: standard output. */
export function openLog(level: LogLevel, mask: Mask, to?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { log: (fields: Record<string, unknown>) => masked(fields, mask) },
    serializers: { err: (error: Error) => masked(errorFields(error), mask) },
  };
  return to === undefined ? pino(options) : pino(options, to);
}

/** Without what else an error carries: a request with all its headers, for one. */
function errorFields(error: Error): Readonly<Record<string, unknown>> {
  const { type, message, stack, code } = stdSerializers.err(error);
  return { type, message, stack, ...(typeof code === 'string' ? { code } : {}) };
}
