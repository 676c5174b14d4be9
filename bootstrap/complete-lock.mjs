// Completes package-lock.json: `node bootstrap/complete-lock.mjs`, after an "npm install" against a registry that does not
// hold the packages of every platform. npm then leaves those optional packages out of the lock, and "npm ci" refuses the
// lock everywhere. The system and processor that npm needs to know to skip them stand in their names.
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = missing(lock.packages);
lock.packages = Object.fromEntries(Object.entries({ ...lock.packages, ...added }).toSorted(byPath));
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
process.stdout.write(`package-lock.json: ${Object.keys(added).length} optional packages added\n`);

function missing(packages) {
  const found = {};
  for (const [path, parent] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const isThere = `node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages;
      if (!isThere) found[`node_modules/${name}`] = entry(name, version, parent);
    }
  }
  return found;
}

function entry(name, version, parent) {
  const words = name.split(/[^a-z0-9]+/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  if (os.length === 0 || cpu.length === 0 || !/^\d/.test(version)) {
    throw new Error(
      `Cannot complete ${name}@${version}: expected an exact version, and a system and processor in the name.`,
    );
  }
  const libc = words.some((word) => word.startsWith('musl')) ? { libc: ['musl'] } : {};
  return { version, cpu, ...(parent.dev ? { dev: true } : {}), ...libc, optional: true, os };
}

/** npm's own order. */
function byPath([one], [other]) {
  return one.localeCompare(other, 'en');
}
