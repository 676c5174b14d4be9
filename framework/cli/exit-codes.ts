/** How a command ends; scripts may rely on it. Printed by `windrow --help`. */
export const EXIT_CODES = {
  ok: { code: 0, meaning: 'done; a stopped server that handed back its work' },
  failed: {
    code: 1,
    meaning: 'the work itself failed or was cancelled; a question that a monitor may ask found something',
  },
  usage: { code: 2, meaning: 'the command line cannot be understood' },
  not_found: { code: 3, meaning: 'no such dag, task, run, record, backfill, table or report' },
  refused: { code: 4, meaning: 'not possible as things stand; the message says what to do' },
  config: { code: 5, meaning: 'settings, connections or the project file are wrong' },
  unreachable: { code: 6, meaning: 'a database or another system cannot be reached; trying again may help' },
  ended: {
    code: 130,
    meaning: 'ended at once by a further signal; tasks in hand are run again when their lease is over',
  },
  fault: { code: 70, meaning: 'unexpected; --debug shows where' },
} as const;

export type Exit = keyof typeof EXIT_CODES;

export function exitCodesHelp(): string {
  const lines = Object.values(EXIT_CODES).map(({ code, meaning }) => `  ${String(code).padEnd(4)}${meaning}`);
  return `\nExit codes:\n${lines.join('\n')}\n`;
}
