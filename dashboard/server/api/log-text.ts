import type { LogLine } from '#framework/operate';

/** A line of a task's log as a file holds it, with its moment in UTC. */
export function logText({ at, level, attempt, message, fields }: LogLine): string {
  const words = [
    at.toString(),
    level.toUpperCase().padEnd(5),
    `try ${attempt}`,
    message,
    ...Object.entries(fields).map(
      ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ),
  ];
  return `${words.join('  ')}\n`;
}
