// Plain JavaScript for any Node >= 18 and without dependencies: it runs before anything is installed.
// Standard output belongs to the entry; everything said here goes to standard error.
import { ensureDependencies } from './dependencies.mjs';
import { handOver } from './hand-over.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

/** What each `npm run` name starts. `windrow` needs no development dependency, so that it runs from a container image. */
const ENTRIES = {
  demo: { file: 'sandbox/demo/main.ts' },
  windrow: { file: 'framework/cli/main.ts' },
  bench: { file: 'bench/main.ts' },
  corpus: { file: 'test/corpus/main.ts' },
  chaos: { file: 'test/chaos/main.ts' },
  check: { file: 'bootstrap/check.mjs' },
  test: { file: 'node_modules/vitest/vitest.mjs', before: ['run'], systemPackages: true },
};

/** Makes ready what the entry needs, then becomes it: same arguments, signals and exit code. */
export async function start(name, args) {
  try {
    const { file, before = [], systemPackages = false } = find(name);
    ensureDependencies();
    if (systemPackages) ensureSystemPackages();
    await handOver(file, [...before, ...args]);
  } catch (error) {
    process.stderr.write(`windrow: ${error.message}\n`);
    process.exitCode = 1;
  }
}

function find(name) {
  const entry = ENTRIES[name];
  if (entry !== undefined) return entry;
  throw new Error(`Cannot start "${name}". Expected one of: ${Object.keys(ENTRIES).join(', ')}.`);
}
