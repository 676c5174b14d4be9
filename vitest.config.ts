import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders whose tests need neither PostgreSQL nor Redis: running one of them alone starts no server. */
const WITHOUT_SERVERS = ['test/{architecture,bootstrap,unit}/**/*.test.ts', 'test/corpus/archives.test.ts'];

/** Whole programs: one file at a time and after the others, so that each has the machine to itself. */
const WHOLE_PROGRAMS = ['test/e2e/**/*.test.ts', 'test/chaos/**/*.test.ts'];

/** Pages in a browser, which has the machine to itself as well. */
const PAGES = ['test/e2e/{web-*,login,queues}.test.ts'];

const SERVERS = ['test/support/web.mjs', 'test/support/servers.ts'];

/** The files that take minutes go first: begun last, one of them would leave the other worker without work. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const [long, short] = [files.filter(isLong), files.filter((file) => !isLong(file))];
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's method, not an array's
    return [...long, ...(await super.sort(short))];
  }
}

function isLong({ moduleId }: TestSpecification): boolean {
  return moduleId.includes('/test/corpus/');
}

export default defineConfig({
  test: {
    reporters: [process.stdout.isTTY ? 'default' : 'dot', ['json', { outputFile: 'test-results/vitest.json' }]],
    // More than two only adds waiting on two cores; files spend their time in PostgreSQL, which needs a core as well.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'plain', include: WITHOUT_SERVERS } },
      {
        extends: true,
        test: {
          name: 'served',
          include: ['test/**/*.test.ts'],
          exclude: [...WITHOUT_SERVERS, ...WHOLE_PROGRAMS],
          globalSetup: SERVERS,
        },
      },
      {
        extends: true,
        test: {
          name: 'programs',
          include: WHOLE_PROGRAMS,
          exclude: PAGES,
          globalSetup: SERVERS,
          fileParallelism: false,
          testTimeout: 600_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'pages',
          include: PAGES,
          globalSetup: SERVERS,
          fileParallelism: false,
          // Everything that a page owes a test has a limit of two minutes, whose end is an error of its own. What is left
          // are calls to the browser without a limit, `evaluate` and `newPage`: one in thousands was never answered.
          retry: { count: 1, condition: /^Test timed out in / },
          sequence: { groupOrder: 2 },
        },
      },
    ],
    sequence: { sequencer: LongestFirst },
    setupFiles: ['test/support/setup.ts'],
    // Only ever reached by a test that hangs, also on a slow machine with other work.
    expect: { poll: { timeout: 120_000 } },
    testTimeout: 300_000,
    hookTimeout: 600_000,
    allowOnly: process.env['CI'] === undefined,
    // The zone of the machine must not decide a result.
    env: { TZ: 'Pacific/Kiritimati' },
  },
});
