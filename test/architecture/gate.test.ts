import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { RIGHT_WAYS, WRONG_CODE, WRONG_WAYS } from './planted.ts';
import { repositoryPath } from './repository.ts';

/** The gate's own settings over planted files, in a folder apart: a gate that cannot fail guards nothing. */
const folder = mkdtempSync(join(tmpdir(), 'windrow-gate-'));
const TOP_FOLDERS = ['framework', 'tasks', 'dags', 'dashboard', 'sandbox'];

const Report = z.object({ diagnostics: z.array(z.object({ code: z.string().default(''), filename: z.string() })) });

let found: ReadonlyMap<string, readonly string[]>;
let compilerSays: string;

beforeAll(async () => {
  for (const path of ['oxlint.config.ts', 'lint', 'package.json', 'tsconfig.json', 'dashboard/web/tsconfig.json']) {
    cpSync(repositoryPath(path), join(folder, path), { recursive: true });
  }
  symlinkSync(repositoryPath('node_modules'), join(folder, 'node_modules'));
  for (const { path, text } of [...WRONG_WAYS, ...RIGHT_WAYS, ...WRONG_CODE]) plant(path, text);
  plant('dags/past-the-door.ts', `export { value } from '#framework/core/value.ts';\n`);
  const [linted, compiled] = await Promise.all([
    runTool('oxlint', ['--type-aware', '--format=json', ...TOP_FOLDERS]),
    runTool('tsc', ['-p', '.', '--noEmit', '--incremental', 'false', '--pretty', 'false']),
  ]);
  found = byFile(linted);
  compilerSays = compiled;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the gate', () => {
  it.each([...WRONG_WAYS, ...WRONG_CODE])('finds $rule in $path', ({ path, rule }) => {
    expect(found.get(path)).toContain(rule);
  });

  it.each(RIGHT_WAYS)('lets $path pass', ({ path }) => {
    expect(found.get(path) ?? []).toEqual([]);
  });

  it('lets the compiler refuse an import past a door', () => {
    expect(compilerSays).toMatch(/^dags\/past-the-door\.ts.*TS2307/m);
  });
});

function plant(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function byFile(report: string): Map<string, string[]> {
  const files = new Map<string, string[]>();
  for (const { code, filename } of Report.parse(JSON.parse(report)).diagnostics) {
    files.set(filename, [...(files.get(filename) ?? []), code]);
  }
  return files;
}

/** Standard output, whatever the exit code: the tools are expected to complain. */
async function runTool(name: string, args: readonly string[]): Promise<string> {
  const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    execFile(repositoryPath(`node_modules/.bin/${name}`), args, options, (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(`${name} said nothing. ${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}
