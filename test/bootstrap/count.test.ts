import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { repositoryPath } from '../architecture/repository.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-count-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PASSED = { status: 'passed', fullName: 'a window is loaded', failureMessages: [] };
const FAILED = { status: 'failed', fullName: 'a window is audited', failureMessages: ['expected 1 to be 2\n  at x'] };
const SKIPPED = { status: 'skipped', fullName: 'a window is swept', failureMessages: [] };

describe('the last line of a run of the tests', () => {
  it('counts what passed, and the run ends well', () => {
    const { code, lines } = count(report([PASSED, PASSED], { passed: 2 }));
    expect(lines).toEqual(['2 passed, 0 failed']);
    expect(code).toBe(0);
  });

  it('follows the names of the failed tests with what they said', () => {
    const { code, lines } = count(report([PASSED, FAILED], { passed: 1, failed: 1 }), '1');
    expect(lines).toEqual([
      'FAILED test/windows.test.ts > a window is audited',
      '  expected 1 to be 2',
      '    at x',
      '1 passed, 1 failed',
    ]);
    expect(code).toBe(1);
  });

  it('counts a file that could not be set up as a failure, though none of its tests failed', () => {
    const { code, lines } = count(report([SKIPPED], { skipped: 1 }, 'no such server'), '1');
    expect(lines).toEqual(['FAILED test/windows.test.ts', '  no such server', '0 passed, 1 failed, 1 skipped']);
    expect(code).toBe(1);
  });

  it('tells that something beside the tests failed', () => {
    const { code, lines } = count(report([PASSED], { passed: 1 }), '1');
    expect(lines).toEqual([expect.stringContaining('FAILED outside of the tests'), '1 passed, 0 failed']);
    expect(code).toBe(1);
  });

  it('counts a missing report as a failure', () => {
    expect(count(undefined)).toEqual({ code: 1, lines: ['0 passed, 1 failed'] });
  });
});

interface Numbers {
  readonly passed?: number;
  readonly failed?: number;
  readonly skipped?: number;
}

function report(tests: readonly { readonly status: string }[], numbers: Numbers, message = ''): string {
  const ok = tests.every(({ status }) => status === 'passed');
  return JSON.stringify({
    numPassedTests: numbers.passed ?? 0,
    numFailedTests: numbers.failed ?? 0,
    numPendingTests: numbers.skipped ?? 0,
    numTodoTests: 0,
    testResults: [
      {
        name: join(folder, 'test/windows.test.ts'),
        status: ok ? 'passed' : 'failed',
        message,
        assertionResults: tests,
      },
    ],
  });
}

function count(
  text: string | undefined,
  alreadyFailed = '0',
): { readonly code: number | null; readonly lines: string[] } {
  if (text !== undefined) writeFileSync(join(folder, 'report.json'), text);
  const script = repositoryPath('.ci/count.mjs');
  const { status, stdout } = spawnSync(process.execPath, [script, 'report.json', alreadyFailed], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: status, lines: stdout.trimEnd().split('\n') };
}
