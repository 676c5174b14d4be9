import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { repositoryPath } from '../architecture/repository.ts';

/** A project of one package, and an `npm` that "installs" by copying the lock to where npm keeps its ledger. */
let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'windrow-bootstrap-'));
  cpSync(repositoryPath('bootstrap'), join(project, 'bootstrap'), { recursive: true });
  mkdirSync(join(project, 'programs'));
  program(
    'npm',
    'echo "npm $*"; mkdir -p node_modules; cp package-lock.json node_modules/.package-lock.json; echo "$*" >> calls',
  );
  lock('1.0.0');
});

afterEach(() => rmSync(project, { recursive: true, force: true }));

describe('the dependencies', () => {
  it('are installed once, and again when the lock asks for another version', () => {
    run('dependencies.mjs', 'ensureDependencies');
    run('dependencies.mjs', 'ensureDependencies');
    expect(calls()).toHaveLength(1);

    lock('1.0.1');
    run('dependencies.mjs', 'ensureDependencies');
    expect(calls()).toHaveLength(2);
  });

  it('are not asked for again because of packages of another platform', () => {
    run('dependencies.mjs', 'ensureDependencies');
    const ledger = { packages: { 'node_modules/one': { version: '1.0.0' } } };
    writeFileSync(join(project, 'node_modules/.package-lock.json'), JSON.stringify(ledger));
    run('dependencies.mjs', 'ensureDependencies');

    expect(calls()).toHaveLength(1);
  });

  it('leave standard output to the program', () => {
    const { stdout, stderr } = run('dependencies.mjs', 'ensureDependencies');

    expect(stdout).toBe('');
    expect(stderr).toContain('npm ci');
  });

  it('are reported when npm fails', () => {
    program('npm', 'exit 3');

    expect(run('dependencies.mjs', 'ensureDependencies').stderr).toContain('"npm ci" failed');
  });
});

describe('the system packages', () => {
  it('are left alone where their programs are', () => {
    for (const name of ['redis-server', 'chromium']) program(name, '');
    program('apt-get', 'echo "$*" >> calls');
    run('system-packages.mjs', 'ensureSystemPackages', 0);

    expect(calls()).toEqual([]);
  });

  it('are named to a person who is not root', () => {
    program('chromium', '');
    program('apt-get', 'echo "$*" >> calls');
    const { stderr, status } = run('system-packages.mjs', 'ensureSystemPackages', 1000);

    expect(stderr).toContain('apt-get install -y --no-install-recommends redis-server"');
    expect(status).not.toBe(0);
    expect(calls()).toEqual([]);
  });
});

/** Calls one exported function of a bootstrap module in a process that finds only the programs above. */
function run(module: string, name: string, uid = 1000): { stdout: string; stderr: string; status: number | null } {
  const url = join(project, 'bootstrap', module);
  const code = `process.getuid = () => ${uid}; (await import(${JSON.stringify(url)})).${name}();`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: project,
    encoding: 'utf8',
    env: { PATH: join(project, 'programs') },
  });
}

function program(name: string, script: string): void {
  const path = join(project, 'programs', name);
  writeFileSync(path, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
  chmodSync(path, 0o755);
}

function lock(version: string): void {
  const packages = {
    '': { name: 'project' },
    'node_modules/one': { version },
    'node_modules/one-darwin': { version, optional: true },
  };
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify({ packages }));
}

function calls(): string[] {
  const path = join(project, 'calls');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}
