import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './dependencies.mjs';

const WEB = join(root, 'dashboard/web');
const BUILT = join(WEB, 'dist');
const STAMP = join(BUILT, '.built-from');

/** Builds the dashboard's web pages unless `dashboard/web/dist` was built from what is there now. */
export function ensureWeb() {
  // An image of the product brings the built files and no builder.
  if (!existsSync(join(WEB, 'index.html')) || !existsSync(join(root, 'node_modules/vite'))) return;
  const sources = digestOfSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources) return;
  process.stderr.write("windrow: building the dashboard's web pages …\n");
  // Beside and then in place: a dashboard that is running meanwhile finds whole files, old or new.
  const beside = join(WEB, `dist.${process.pid}`);
  try {
    build(beside);
    mkdirSync(beside, { recursive: true });
    writeFileSync(join(beside, '.built-from'), sources);
    rmSync(BUILT, { recursive: true, force: true });
    renameSync(beside, BUILT);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

function build(folder) {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const node = join(root, 'node_modules/.bin/node');
  const program = process.platform !== 'win32' && existsSync(node) ? node : process.execPath;
  const config = join(WEB, 'vite.config.ts');
  const args = ['build', '--config', config, '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn'];
  const done = spawnSync(program, [vite, ...args], {
    cwd: root,
    // A test's own NODE_ENV would bring React's slow development build.
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) throw new Error("The dashboard's web pages cannot be built; the reason stands above.");
}

/** Of everything that the built files come from: the sources, and the versions of the libraries in them. */
function digestOfSources() {
  const hash = createHash('sha256');
  for (const file of [join(root, 'package-lock.json'), ...filesIn(WEB)]) {
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesIn(folder) {
  return (
    readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('dist'))
      // oxlint-disable-next-line unicorn/no-array-sort -- Node 18 has no other
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .flatMap((entry) => {
        const path = join(folder, entry.name);
        return entry.isDirectory() ? filesIn(path) : [path];
      })
  );
}
