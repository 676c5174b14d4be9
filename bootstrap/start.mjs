// Plain JavaScript for any Node >= 18 and without dependencies: it runs before anything is installed.
// Standard output belongs to the entry; everything said here goes to standard error.
import { ensureDependencies } from './dependencies.mjs';
import { handOver } from './hand-over.mjs';
import { ensureSystemPackages } from './system-packages.mjs';
import { ensureWeb } from './web.mjs';

/** What each `npm run` name starts. `windrow` needs no development dependency, so that it runs from a container image. */
const ENTRIES = {
  demo: { file: 'sandbox/demo/main.ts', web: true },
  windrow: { file: 'framework/cli/main.ts', web: true },
  bench: { file: 'bench/main.ts', web: true },
  corpus: { file: 'test/corpus/main.ts' },
  chaos: { file: 'test/chaos/main.ts' },
  screenshots: { file: 'test/screenshots/main.ts', systemPackages: true, web: true },
  build: { file: 'bootstrap/build.mjs' },
  check: { file: 'bootstrap/check.mjs' },
  test: { file: 'node_modules/vitest/vitest.mjs', before: ['run'], systemPackages: true, web: true },
};

/** Makes ready what the entry needs, then becomes it: same arguments, signals and exit code. */
export async function start(name, args) {
  try {
    const { file, before = [], systemPackages = false, web = false } = find(name);
    ensureDependencies();
    if (systemPackages) ensureSystemPackages();
    if (web) ensureWeb();
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
