import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { root } from './dependencies.mjs';

/** Everything the gate looks at. The directions of imports are rules of the linter, see directions.ts. */
const CHECKS = [
  { name: 'types', command: ['tsc', '-p', '.', '--noEmit', '--pretty', 'false'] },
  { name: 'types of the web pages', command: ['tsc', '-p', 'dashboard/web', '--noEmit', '--pretty', 'false'] },
  { name: 'lint and directions', command: ['oxlint', '--type-aware', '--deny-warnings', '--format=unix'] },
  { name: 'format (mend with "npm run format -- <file>")', command: ['oxfmt', '--list-different', '.'] },
  { name: 'dead code', command: ['knip', '--no-progress', '--no-config-hints'] },
];

/** Runs the checks together; silent when all pass, otherwise prints what the failing ones said. */
async function check() {
  const results = await Promise.all(CHECKS.map(runCheck));
  const failed = results.filter(({ code }) => code !== 0);
  for (const { name, output } of failed) process.stdout.write(`── ${name} ──\n${output.trim()}\n`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

async function runCheck({ name, command: [program, ...args] }) {
  const path = join(root, 'node_modules/.bin', program);
  const child = spawn(path, args, {
    cwd: root,
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ name, code: 1, output: `${path} cannot be started: ${error.message}` }));
    child.once('close', (code) => resolve({ name, code, output }));
  });
}

await check();
