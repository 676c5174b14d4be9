import { text } from 'node:stream/consumers';

import { runCommandLine } from './command-line.ts';

const code = await runCommandLine(process.argv.slice(2), {
  environment: process.env,
  folder: process.cwd(),
  out: (line) => process.stdout.write(line),
  err: (line) => process.stderr.write(line),
  input: () => text(process.stdin),
  isTerminal: process.stderr.isTTY,
});
// Everything is closed by now; a library's idle connection must not keep the process. What was printed goes out first.
process.stdout.write('', () => process.exit(code));
