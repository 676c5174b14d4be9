import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './dependencies.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

// Ctrl-C reaches us from the terminal and once more from npm, 1 to 20 ms later; a person's second one comes later.
const SAME_SIGNAL_MS = 200;

const OLDEST_NODE = 24;

// By itself glibc gives every thread an arena that keeps what is freed: a conversion of 300 MB then took 360 to 410 MB instead of 330.
const FEW_ARENAS = '2';

/**
 * Runs `file` with Node 24 and ends as it ends. The child is the leader of a process group of its own, because
 * signals sent to our whole group would otherwise reach it twice: directly and passed on by us.
 */
export async function handOver(file, args) {
  const leash = new URL('./leash.mjs', import.meta.url).href;
  const child = spawn(node24(), ['--import', leash, join(root, file), ...args], {
    detached: process.platform !== 'win32',
    env: { MALLOC_ARENA_MAX: FEW_ARENAS, ...process.env, WINDROW_LEASH: '1' },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  passSignalsTo(child);
  const end = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  endAs(end);
}

function node24() {
  const installed = join(root, 'node_modules/.bin/node');
  if (process.platform !== 'win32' && existsSync(installed)) return installed;
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) return process.execPath;
  throw new Error(
    `Node ${OLDEST_NODE} is needed, this is ${process.versions.node}. Run "npm ci", which brings it, or install it.`,
  );
}

function passSignalsTo(child) {
  const lastAt = new Map();
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      const now = performance.now();
      const isRepeated = now - (lastAt.get(signal) ?? -Infinity) < SAME_SIGNAL_MS;
      lastAt.set(signal, now);
      if (!isRepeated) child.kill(signal);
    });
  }
}

function endAs({ code, signal }) {
  for (const name of SIGNALS) process.removeAllListeners(name);
  if (signal === null) process.exitCode = code ?? 1;
  else process.kill(process.pid, signal);
}
