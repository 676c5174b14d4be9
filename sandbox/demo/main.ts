import { Command } from 'commander';

import { Failure, openLog } from '#framework';

import { type DemoOptions, describeOptions } from './options.ts';
import { runDemo } from './run-demo.ts';

const program = describeOptions(new Command());
program.parse();
const options: DemoOptions = program.opts();

// In the foreground a person reads tables; the log stays for trouble.
const log = openLog(options.json || process.stderr.isTTY ? 'error' : 'warn');

try {
  process.exitCode = await runDemo(options, {
    environment: process.env,
    log,
    out: process.stdout,
    progress: process.stderr,
  });
} catch (error) {
  process.stderr.write(
    `${error instanceof Failure ? `${error.code}: ${error.message}` : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exitCode = 1;
}
