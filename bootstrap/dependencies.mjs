import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs `npm ci` unless node_modules holds what package-lock.json asks for. */
export function ensureDependencies() {
  if (isInstalled()) return;
  process.stderr.write('windrow: installing the npm packages named in package-lock.json (once) …\n');
  const done = spawnSync('npm', ['ci', '--no-progress', '--loglevel=error'], {
    cwd: root,
    env: outsideEnvironment(),
    shell: process.platform === 'win32',
    // What npm prints must not reach our standard output, where an answer in JSON may be expected.
    stdio: ['ignore', 2, 2],
  });
  if (done.error !== undefined)
    throw new Error(`npm cannot be started (${done.error.message}). Install npm 10 or newer.`);
  if (done.status !== 0) throw new Error('"npm ci" failed; its own message stands above. Mend that and start again.');
}

/**
 * npm writes its ledger `node_modules/.package-lock.json` last, so an interrupted installation is seen. Comparing
 * entries instead of times costs 5 ms and does not install again after a developer's own `npm install`.
 */
function isInstalled() {
  const wanted = packages('package-lock.json') ?? {};
  const present = packages('node_modules/.package-lock.json');
  if (present === undefined) return false;
  const inProduction = process.env.NODE_ENV === 'production';
  return Object.entries(wanted).every(([path, entry]) => {
    const isNeeded = path !== '' && !entry.optional && !entry.devOptional && !(inProduction && entry.dev);
    return !isNeeded || present[path]?.version === entry.version;
  });
}

function packages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Without node_modules/.bin in PATH: npm must not run on the Node that it is about to replace. */
function outsideEnvironment() {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.endsWith('node_modules/.bin'));
  return { ...process.env, PATH: path.join(delimiter) };
}
