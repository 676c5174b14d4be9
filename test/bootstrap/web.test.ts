import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { repositoryPath } from '../architecture/repository.ts';

/** A project of one page, and a builder that counts how often it is called. */
let project: string;

const COUNTING_BUILDER = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
const folder = process.argv[process.argv.indexOf('--outDir') + 1];
mkdirSync(folder);
writeFileSync(folder + '/index.html', process.env.NODE_ENV);
appendFileSync('calls', 'x');
console.log('built');
`;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'windrow-web-'));
  cpSync(repositoryPath('bootstrap'), join(project, 'bootstrap'), { recursive: true });
  write('package-lock.json', '{}');
  write('dashboard/web/index.html', 'a page');
  write('dashboard/web/src/main.tsx', 'first');
  write('node_modules/vite/bin/vite.js', COUNTING_BUILDER);
  write('node_modules/vite/package.json', '{ "type": "module" }');
});

afterEach(() => rmSync(project, { recursive: true, force: true }));

describe("the dashboard's web pages", () => {
  it('are built once, and again when a source or a library changes', () => {
    build();
    build();
    expect(calls()).toBe(1);

    write('dashboard/web/src/main.tsx', 'second');
    build();
    expect(calls()).toBe(2);

    write('package-lock.json', '{ "packages": {} }');
    build();
    expect(calls()).toBe(3);
  });

  it('are built for production, whatever the environment says, and leave standard output to the program', () => {
    const { stdout } = build();

    expect(readFileSync(join(project, 'dashboard/web/dist/index.html'), 'utf8')).toBe('production');
    expect(stdout).toBe('');
  });

  it('stay as they were when they cannot be built', () => {
    build();
    write('dashboard/web/src/main.tsx', 'wrong');
    write('node_modules/vite/bin/vite.js', 'process.exit(1)');

    expect(build().stderr).toContain('cannot be built');
    expect(existsSync(join(project, 'dashboard/web/dist/index.html'))).toBe(true);
    expect(readdirSync(join(project, 'dashboard/web')).filter((name) => name.startsWith('dist.'))).toEqual([]);
  });

  it('are left alone where there is no builder, as in an image', () => {
    rmSync(join(project, 'node_modules'), { recursive: true });

    expect(build().status).toBe(0);
    expect(existsSync(join(project, 'dashboard/web/dist'))).toBe(false);
  });
});

function build(): { readonly stdout: string; readonly stderr: string; readonly status: number | null } {
  return spawnSync(process.execPath, [join(project, 'bootstrap/build.mjs')], {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'test' },
  });
}

function calls(): number {
  return readFileSync(join(project, 'calls'), 'utf8').length;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}
