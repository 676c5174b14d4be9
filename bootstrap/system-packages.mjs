import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that the tests start and npm cannot bring, with the Debian package of each. */
const NEEDED = [
  { program: 'redis-server', debianPackage: 'redis-server' },
  { program: 'chromium', debianPackage: 'chromium' },
];

/** Installs what is missing where that is possible without a question (root on Debian or Ubuntu), otherwise says what to install. */
export function ensureSystemPackages() {
  const missing = NEEDED.filter(({ program }) => !isOnPath(program)).map(({ debianPackage }) => debianPackage);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(
      `The tests need ${missing.join(' and ')}. Install with your package manager, for example ` +
        `"sudo apt-get install -y --no-install-recommends ${missing.join(' ')}", and start again.`,
    );
  }
  process.stderr.write(`windrow: installing the system packages ${missing.join(', ')} (once) …\n`);
  aptGet(['update', '-qq']);
  aptGet(['install', '-y', '-qq', '--no-install-recommends', ...missing]);
}

function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function aptGet(args) {
  const done = spawnSync('apt-get', args, {
    // A package must neither ask nor start a service: the tests start their own servers.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) throw new Error(`"apt-get ${args.join(' ')}" failed; its own message stands above.`);
}
