import type { Log, LogFields } from '#framework';

/** A log that keeps every line, with its fields as they would be printed. */
export function collectingLog(lines: string[], bound: LogFields = {}): Log {
  const write =
    (level: string) =>
    (message: string, fields: LogFields = {}): void => {
      lines.push(JSON.stringify({ level, message, ...bound, ...fields }));
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => collectingLog(lines, { ...bound, ...fields }),
  };
}
