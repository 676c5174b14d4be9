/** A file with one fault, and the rule that must find it. */
export interface Planted {
  readonly path: string;
  readonly rule: string;
  readonly text: string;
}

const DIRECTION = 'eslint(no-restricted-imports)';

const imports = (specifier: string): string => `import { value } from '${specifier}';\nexport const copy = value;\n`;

export const WRONG_WAYS: readonly Planted[] = [
  { path: 'framework/core/upward.ts', rule: DIRECTION, text: imports('../store/rows.ts') },
  { path: 'framework/core/nested/upward.ts', rule: DIRECTION, text: imports('../../store/rows.ts') },
  { path: 'framework/core/outward.ts', rule: DIRECTION, text: imports('../../tasks/veeva/client.ts') },
  { path: 'framework/core/through-the-door.ts', rule: DIRECTION, text: imports('#framework') },
  { path: 'framework/core/top.ts', rule: DIRECTION, text: imports('../index.ts') },
  { path: 'framework/plugin/upward.ts', rule: DIRECTION, text: imports('../store/rows.ts') },
  { path: 'framework/plugins/assets/private.ts', rule: DIRECTION, text: imports('../../store/rows.ts') },
  { path: 'framework/plugins/assets/nested/private.ts', rule: DIRECTION, text: imports('../../../core/value.ts') },
  { path: 'framework/plugins/assets/operate.ts', rule: DIRECTION, text: imports('#framework/operate') },
  { path: 'framework/run/upward.ts', rule: DIRECTION, text: imports('../store/rows.ts') },
  { path: 'framework/store/upward.ts', rule: DIRECTION, text: imports('../cli/main.ts') },
  { path: 'framework/worker/sideways.ts', rule: DIRECTION, text: imports('../scheduler/tick.ts') },
  { path: 'framework/worker/bullmq.ts', rule: DIRECTION, text: imports('bullmq') },
  { path: 'framework/scheduler/ioredis.ts', rule: DIRECTION, text: imports('ioredis') },
  { path: 'framework/worker/pg.ts', rule: DIRECTION, text: imports('pg') },
  { path: 'framework/worker/sandbox.ts', rule: DIRECTION, text: imports('#sandbox') },
  { path: 'framework/cli/test-tool.ts', rule: DIRECTION, text: imports('fast-check') },
  { path: 'framework/testing/upward.ts', rule: DIRECTION, text: imports('../store/store.ts') },
  { path: 'framework/plugins/assets/upward.ts', rule: DIRECTION, text: imports('../../store/rows.ts') },
  { path: 'framework/plugins/assets/sql/operate.ts', rule: DIRECTION, text: imports('#framework/operate') },
  { path: 'dags/testing.ts', rule: DIRECTION, text: imports('#framework/testing') },
  { path: 'tasks/veeva/deep.ts', rule: DIRECTION, text: imports('../../framework/core/value.ts') },
  { path: 'tasks/veeva/operate.ts', rule: DIRECTION, text: imports('#framework/operate') },
  { path: 'tasks/veeva/sideways.ts', rule: DIRECTION, text: imports('../s3/paths.ts') },
  { path: 'tasks/veeva/sql/sideways.ts', rule: DIRECTION, text: imports('../../s3/paths.ts') },
  { path: 'tasks/veeva/sandbox.ts', rule: DIRECTION, text: imports('#sandbox') },
  { path: 'tasks/s3/connector.ts', rule: DIRECTION, text: imports('@aws-sdk/client-s3') },
  {
    path: 'tasks/s3/errors.ts',
    rule: DIRECTION,
    text: `export type { S3ServiceException } from '@aws-sdk/client-s3';\n`,
  },
  { path: 'dags/deep.ts', rule: DIRECTION, text: imports('../tasks/s3/paths.ts') },
  { path: 'dags/bench.ts', rule: DIRECTION, text: imports('../bench/main.ts') },
  { path: 'dags/sandbox.ts', rule: DIRECTION, text: imports('#sandbox') },
  { path: 'dashboard/server/tasks.ts', rule: DIRECTION, text: imports('#tasks/s3') },
  { path: 'dashboard/server/test.ts', rule: DIRECTION, text: imports('../../test/support/redis.ts') },
  { path: 'dashboard/server/react.ts', rule: DIRECTION, text: imports('react') },
  { path: 'dashboard/web/src/engine.ts', rule: DIRECTION, text: imports('#framework') },
  { path: 'dashboard/web/src/pages/run/express.tsx', rule: DIRECTION, text: imports('express') },
  {
    path: 'dashboard/web/src/pages/run/server.tsx',
    rule: DIRECTION,
    text: imports('../../../../server/api/shapes/run.ts'),
  },
  { path: 'sandbox/s3/tasks.ts', rule: DIRECTION, text: imports('#tasks/s3') },
  { path: 'sandbox/s3/deep.ts', rule: DIRECTION, text: imports('../../framework/core/value.ts') },
];

/** The same specifiers and more, each from where it is allowed. */
export const RIGHT_WAYS: readonly Omit<Planted, 'rule'>[] = [
  { path: 'framework/core/value.ts', text: 'export const value = 1;\n' },
  { path: 'framework/run/downward.ts', text: imports('../core/value.ts') },
  { path: 'framework/run/nested/downward.ts', text: imports('../../core/value.ts') },
  { path: 'framework/run/nested/within.ts', text: imports('../states.ts') },
  { path: 'framework/plugins/assets/nested/within.ts', text: imports('../key.ts') },
  { path: 'framework/plugins/assets/framework.ts', text: imports('#framework') },
  { path: 'framework/store/pg.ts', text: imports('pg') },
  { path: 'framework/queue/bullmq.ts', text: imports('bullmq') },
  { path: 'framework/index.ts', text: `export { value } from './core/value.ts';\n` },
  { path: 'tasks/s3/client.ts', text: imports('@aws-sdk/client-s3') },
  { path: 'tasks/veeva/framework.ts', text: imports('#framework') },
  { path: 'tasks/veeva/neighbour.ts', text: imports('#tasks/s3') },
  { path: 'framework/plugins/assets/framework.ts', text: imports('#framework') },
  { path: 'dags/assets.ts', text: imports('#framework/assets') },
  { path: 'dags/framework.ts', text: imports('#framework') },
  { path: 'dashboard/server/operate.ts', text: imports('#framework/operate') },
  { path: 'dashboard/web/src/pages/run/react.tsx', text: imports('react') },
  {
    path: 'dashboard/web/src/pages/run/types.tsx',
    text: `import type { Run } from '../../../../server/api/shapes/run.ts';\nexport type Shown = Run;\n`,
  },
  { path: 'sandbox/s3/within.ts', text: imports('../aws/signature.ts') },
  { path: 'sandbox/demo/verify.ts', text: imports('../aws/signature.ts') },
];

const lines = (count: number, line: string): string => `${line}\n`.repeat(count);

export const WRONG_CODE: readonly Planted[] = [
  {
    path: 'framework/core/floating.ts',
    rule: 'typescript(no-floating-promises)',
    text: `async function save(): Promise<void> {}\nexport function start(): void {\n  save();\n}\n`,
  },
  {
    path: 'framework/core/async-callback.ts',
    rule: 'typescript(no-misused-promises)',
    text: `export function start(items: readonly string[], save: (item: string) => Promise<void>): void {\n  items.forEach(async (item) => save(item));\n}\n`,
  },
  {
    path: 'framework/core/needless-await.ts',
    rule: 'typescript(await-thenable)',
    text: `export async function one(): Promise<number> {\n  return await 1;\n}\n`,
  },
  {
    path: 'framework/core/half-a-switch.ts',
    rule: 'typescript(switch-exhaustiveness-check)',
    text: `export function name(state: 'open' | 'closed'): string {\n  switch (state) {\n    case 'open':\n      return 'Open';\n    default:\n      return 'other';\n  }\n}\n`,
  },
  {
    path: 'framework/core/any.ts',
    rule: 'typescript(no-explicit-any)',
    text: 'export const loose = (value: any): unknown => value;\n',
  },
  {
    path: 'framework/core/bang.ts',
    rule: 'typescript(no-non-null-assertion)',
    text: 'export const first = (items: readonly string[]): string => items[0]!;\n',
  },
  {
    path: 'framework/core/assertion.ts',
    rule: 'typescript(no-unsafe-type-assertion)',
    text: 'export const sure = (value: unknown): string => value as string;\n',
  },
  {
    path: 'framework/core/throws-text.ts',
    rule: 'typescript(only-throw-error)',
    text: `export function fail(): never {\n  throw 'no';\n}\n`,
  },
  {
    path: 'framework/core/lost-cause.ts',
    rule: 'eslint(preserve-caught-error)',
    text: `export function parse(text: string): unknown {\n  try {\n    return JSON.parse(text);\n  } catch (error) {\n    throw new Error(\`unreadable: \${String(error)}\`);\n  }\n}\n`,
  },
  {
    path: 'framework/core/cycle-a.ts',
    rule: 'import(no-cycle)',
    text: `import { b } from './cycle-b.ts';\nexport const a = (): number => b();\n`,
  },
  {
    path: 'framework/core/cycle-b.ts',
    rule: 'import(no-cycle)',
    text: `import { a } from './cycle-a.ts';\nexport const b = (): number => a();\n`,
  },
  { path: 'framework/core/WrongName.ts', rule: 'unicorn(filename-case)', text: 'export const value = 1;\n' },
  { path: 'framework/core/default.ts', rule: 'import(no-default-export)', text: 'export default 1;\n' },
  { path: 'framework/core/barrel.ts', rule: 'oxc(no-barrel-file)', text: `export * from './value.ts';\n` },
  {
    path: 'framework/core/says.ts',
    rule: 'eslint(no-console)',
    text: `export function say(): void {\n  console.log('x');\n}\n`,
  },
  {
    path: 'framework/core/environment.ts',
    rule: 'node(no-process-env)',
    text: `export const home = process.env['HOME'];\n`,
  },
  {
    path: 'framework/core/now.ts',
    rule: 'eslint(no-restricted-properties)',
    text: 'export const now = (): number => Date.now();\n',
  },
  {
    path: 'framework/core/dice.ts',
    rule: 'eslint(no-restricted-properties)',
    text: 'export const dice = (): number => Math.random();\n',
  },
  {
    path: 'framework/core/four-parameters.ts',
    rule: 'eslint(max-params)',
    text: 'export const sum = (a: number, b: number, c: number, d: number): number => a + b + c + d;\n',
  },
  {
    path: 'framework/core/long.ts',
    rule: 'eslint(max-lines)',
    text: `export const values: number[] = [];\n${lines(400, 'values.push(1);')}`,
  },
  {
    path: 'framework/core/long-function.ts',
    rule: 'eslint(max-lines-per-function)',
    text: `export function fill(values: number[]): void {\n${lines(60, '  values.push(1);')}}\n`,
  },
  {
    path: 'framework/core/winding.ts',
    rule: 'eslint(complexity)',
    text: `export function pick(n: number): number {\n${lines(12, '  if (n > 1) return n;')}  return 0;\n}\n`,
  },
];
