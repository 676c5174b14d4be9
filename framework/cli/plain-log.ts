import type { Clock } from '../core/clock.ts';
import { LOG_LEVELS, type Log, type LogFields, type LogLevel } from '../core/log.ts';

export interface PlainLogOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  readonly write: (line: string) => void;
}

/** A log for people: `13:15:02.250 info  Window claimed record=1 task=load`. */
export function plainLog(options: PlainLogOptions, fields: LogFields = {}): Log {
  const from = LOG_LEVELS.indexOf(options.level);
  const at =
    (level: Exclude<LogLevel, 'silent'>) =>
    (message: string, more: LogFields = {}): void => {
      if (LOG_LEVELS.indexOf(level) < from) return;
      const time = options.clock.now().toString({ smallestUnit: 'millisecond' }).slice(11, 23);
      options.write([time, level.padEnd(5), message, ...pairs({ ...fields, ...more })].join(' '));
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (more) => plainLog(options, { ...fields, ...more }),
  };
}

function pairs(fields: LogFields): string[] {
  return Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${text(value)}`]));
}

// Through JSON, so that a Secret prints as it must.
function text(value: unknown): string {
  const json = JSON.stringify(value);
  return /^"[^\s"\\]*"$/.test(json) ? json.slice(1, -1) : json;
}
