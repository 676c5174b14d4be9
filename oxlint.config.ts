import { defineConfig, type OxlintConfig, type OxlintOverride } from 'oxlint';

import { importOverrides } from './lint/import-overrides.ts';

type Rules = NonNullable<OxlintConfig['rules']>;

// Sizes: the column "gate fails" of the size table; aim far below.
const SIZES: Rules = {
  'max-lines': ['error', { max: 400 }],
  'max-lines-per-function': ['error', { max: 60, skipComments: true }],
  'max-params': ['error', { max: 3 }],
  complexity: ['error', { max: 12 }],
};

const ASYNC: Rules = {
  'typescript/no-floating-promises': 'error',
  'typescript/no-misused-promises': 'error',
  'typescript/await-thenable': 'error',
};

const TYPES: Rules = {
  'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: false }],
  'typescript/only-throw-error': 'error',
  'typescript/no-explicit-any': 'error',
  'typescript/no-non-null-assertion': 'error',
  'typescript/no-unsafe-type-assertion': 'error',
  'typescript/consistent-type-imports': 'error',
  'preserve-caught-error': 'error',
};

const SHAPE: Rules = {
  'unicorn/filename-case': ['error', { case: 'kebabCase' }],
  'import/no-default-export': 'error',
  'import/no-cycle': 'error',
  'oxc/no-barrel-file': ['error', { threshold: 0 }],
};

/** Each of these is allowed in one place only; see the overrides. */
const EDGES: Rules = {
  'no-console': 'error',
  'node/no-process-env': 'error',
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Time is an argument: take a Clock.' },
    { object: 'Temporal', property: 'Now', message: 'Time is an argument: take a Clock.' },
    { object: 'Math', property: 'random', message: 'Randomness is an argument: take a function.' },
  ],
};

/** Rules of the standard sets that fight a rule of ours. */
const OFF: Rules = {
  'consistent-return': 'off',
  'import/no-named-as-default-member': 'off',
  'import/no-unassigned-import': 'off',
  // The name of a connection, a dag or a task is its point; shadowing is how a narrow scope says so.
  'no-shadow': 'off',
  'no-underscore-dangle': 'off',
  // Express 5 hears of a rejected handler itself.
  'oxc/no-async-endpoint-handlers': 'off',
};

const EXCEPTIONS: OxlintOverride[] = [
  { files: ['*.config.ts', '**/*.config.ts'], rules: { 'import/no-default-export': 'off' } },
  // The doors.
  {
    files: [
      'framework/index.ts',
      'framework/operate.ts',
      'framework/testing.ts',
      '{framework,tasks,dags,dashboard,sandbox}/**/index.ts',
    ],
    rules: { 'oxc/no-barrel-file': 'off' },
  },
  { files: ['framework/core/clock.ts', 'dashboard/web/src/app/now.ts'], rules: { 'no-restricted-properties': 'off' } },
  // The makers of branded values.
  {
    files: ['framework/core/{brand,duration,ids}.ts'],
    rules: { 'typescript/no-unsafe-type-assertion': 'off' },
  },
  // Where a process begins: it reads the environment, chooses clock and randomness, and prints.
  {
    files: ['framework/cli/**', 'bench/**', 'sandbox/demo/**', 'test/**', '*.config.ts', '**/main.ts'],
    rules: { 'no-console': 'off', 'node/no-process-env': 'off', 'no-restricted-properties': 'off' },
  },
  {
    files: ['dashboard/web/**/*.{ts,tsx}'],
    plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'react', 'jsx-a11y'],
    rules: {
      'react/react-in-jsx-scope': 'off',
      'react/rules-of-hooks': 'error',
      // Of React's compiler, which is not in use.
      'react/incompatible-library': 'off',
      // The rows of a table and the cells of a grid are walked by keys; a scan of the finished pages holds what these mean.
      'jsx-a11y/no-noninteractive-element-interactions': 'off',
      'jsx-a11y/no-noninteractive-tabindex': 'off',
      'jsx-a11y/control-has-associated-label': 'off',
      'jsx-a11y/prefer-tag-over-role': 'off',
    },
  },
  // A `describe` is a chapter, not a function, and a fixture may be cut to the type it stands for.
  {
    files: ['test/**'],
    rules: {
      'max-lines-per-function': 'off',
      'typescript/no-unsafe-type-assertion': 'off',
      'unicorn/consistent-function-scoping': 'off',
    },
  },
  {
    files: ['bootstrap/**', 'bin/**', '.ci/**'],
    rules: { 'no-console': 'off', 'node/no-process-env': 'off' },
  },
];

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'node', 'promise', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  // AssemblyScript is not TypeScript, though it looks like it.
  ignorePatterns: ['dashboard/web/dist*/**', 'tasks/parquet/assembly/*.ts'],
  rules: { ...SIZES, ...ASYNC, ...TYPES, ...SHAPE, ...EDGES, ...OFF },
  overrides: [...EXCEPTIONS, ...importOverrides()],
});
