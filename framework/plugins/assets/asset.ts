import {
  type DeclaredConnection,
  DefinitionFailure,
  type NoInput,
  type PolicyOptions,
  type TaskContext,
} from '#framework';
import type { Deferred, Skipped } from '#framework';

import type { AssetCheck } from './asset-check.ts';
import type { Automation } from './automation/automation.ts';
import type { FreshnessPolicy } from './freshness/freshness-policy.ts';
import { type AssetKey, assetKey, keyAsTaskId } from './key.ts';
import { type GivenMetadata, type Metadata, readMetadata } from './metadata.ts';
import type { PartitionMapping } from './partition-mapping.ts';
import type { Partitions } from './partitions.ts';

/** Something that is kept up to date: a table, a file, a report. A value; defining one does no work. */
export interface Asset {
  readonly key: AssetKey;
  readonly deps: readonly AssetDep[];
  /** Absent: the asset is one whole. */
  readonly partitions?: Partitions;
  readonly group: string;
  readonly kinds: readonly string[];
  readonly owners: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly metadata: Metadata;
  readonly codeVersion?: string;
  readonly freshness?: FreshnessPolicy;
  readonly checks: readonly AssetCheck[];
  readonly automation?: Automation;
  /** What makes it; assets that one function makes share it. Absent: it is made elsewhere, and only observed. */
  readonly work?: AssetWork;
}

/** What an asset is made from. */
export interface AssetDep {
  readonly key: AssetKey;
  /** Which partitions of it a partition needs; absent: of the same window and name, or all of what is cut otherwise. */
  readonly mapping?: PartitionMapping;
}

/** The function behind one or several assets; becomes one task. */
export interface AssetWork {
  readonly taskId: string;
  readonly keys: readonly AssetKey[];
  readonly policy: WorkPolicy;
  readonly run: (context: AssetContext) => Promise<WorkResult>;
}

/** How the task of an asset is run; as in `task`. */
export interface WorkPolicy extends Pick<PolicyOptions<'all_success', false>, 'retry' | 'timeout' | 'pool' | 'slots'> {
  /** Connections that the function opens, so that their settings can be checked beforehand. */
  readonly connections?: readonly DeclaredConnection[];
}

export interface AssetContext extends TaskContext<NoInput> {
  /** The key of the partition that is made; null of an asset that is one whole. */
  readonly partition: string | null;
}

/** What became of an asset. */
export interface Materialized {
  readonly metadata?: GivenMetadata;
  /** Names the content, for example by a checksum; without it, the metadata does. */
  readonly dataVersion?: string;
}

/** Each asset that was made, with what is known of it; or why nothing was made. */
export type WorkResult = ReadonlyMap<AssetKey, Materialized> | Skipped | Deferred;

type OneResult = Materialized | Skipped | Deferred | void;
type ManyResult = Readonly<Record<string, Materialized>> | Skipped | Deferred | void;

export interface AssetOptions {
  /** Assets or keys; a key that no asset of the project has is an external asset. `from(asset, mapping)` says which partitions. */
  readonly deps?: readonly (Asset | AssetDep | string)[];
  readonly partitions?: Partitions;
  /** Default `default`. */
  readonly group?: string;
  readonly kinds?: readonly string[];
  readonly owners?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly metadata?: GivenMetadata;
  /** Changes when the function makes something else: what was made under another one is out of step. */
  readonly codeVersion?: string;
  readonly freshness?: FreshnessPolicy;
  readonly checks?: readonly AssetCheck[];
  readonly automation?: Automation;
}

/**
 * Defines an asset. With a function it is made by Windrow; without one it is external, or made by a dag that says so:
 *
 *     export const products = asset('marts/products', { deps: ['redshift/veeva/product__v'] }, async ({ partition }) => ({ metadata: { rows: 3 } }));
 *
 * @throws DefinitionFailure `E_ASSET_KEY`, `E_ASSET_METADATA`, `E_ASSET_CHECK`
 */
export function asset(
  path: string | readonly string[],
  options: AssetOptions & WorkPolicy = {},
  run?: (context: AssetContext) => OneResult | Promise<OneResult>,
): Asset {
  const key = assetKey(path);
  if (run === undefined) return describedOnly(key, options);
  const work: AssetWork = {
    taskId: keyAsTaskId(key),
    keys: [key],
    policy: policyOf(options),
    run: async (context) => {
      const made = (await run(context)) ?? {};
      return isOutcome(made) ? made : new Map([[key, made]]);
    },
  };
  return { ...described(key, options), work };
}

/**
 * Defines assets that one function makes together; it returns what is known of each, by key. Each counts as made.
 * @throws DefinitionFailure as `asset`
 */
export function multiAsset(
  taskId: string,
  options: { readonly assets: Readonly<Record<string, AssetOptions>> } & WorkPolicy,
  run: (context: AssetContext) => ManyResult | Promise<ManyResult>,
): readonly Asset[] {
  const given = Object.entries(options.assets).map(([path, each]) => [assetKey(path), each] as const);
  const keys = given.map(([key]) => key);
  const work: AssetWork = {
    taskId,
    keys,
    policy: policyOf(options),
    run: async (context) => {
      const made = (await run(context)) ?? {};
      return isOutcome(made) ? made : madeOf(taskId, keys, made);
    },
  };
  return given.map(([key, each]) => ({ ...described(key, each), work }));
}

/** A dependency on certain partitions of an asset. */
export function from(asset: Asset | string, mapping: PartitionMapping): AssetDep {
  return { key: typeof asset === 'string' ? assetKey(asset) : asset.key, mapping };
}

function describedOnly(key: AssetKey, options: AssetOptions): Asset {
  const { checks = [] } = options;
  if (checks.length === 0) return described(key, options);
  throw new DefinitionFailure(
    'E_ASSET_CHECK',
    `Asset "${key}" has checks and no function, so no task would do them. Give them to an asset with a function that is made from it.`,
  );
}

function described(key: AssetKey, options: AssetOptions): Asset {
  const { deps = [], group = 'default', kinds = [], owners = [], tags = {}, metadata = {}, checks = [] } = options;
  return {
    key,
    deps: deps.map(depOf),
    group,
    kinds,
    owners,
    tags,
    metadata: readMetadata(`Asset "${key}"`, metadata),
    checks: distinctChecks(key, checks),
    ...declared(options),
  };
}

type Declared = Pick<Asset, 'partitions' | 'description' | 'codeVersion' | 'freshness' | 'automation'>;

function declared({ partitions, description, codeVersion, freshness, automation }: AssetOptions): Declared {
  return {
    ...(partitions === undefined ? {} : { partitions }),
    ...(description === undefined ? {} : { description }),
    ...(codeVersion === undefined ? {} : { codeVersion }),
    ...(freshness === undefined ? {} : { freshness }),
    ...(automation === undefined ? {} : { automation }),
  };
}

function depOf(dep: Asset | AssetDep | string): AssetDep {
  if (typeof dep === 'string') return { key: assetKey(dep) };
  return 'deps' in dep ? { key: dep.key } : dep;
}

function policyOf({ retry, timeout, pool, slots, connections }: WorkPolicy): WorkPolicy {
  return {
    ...(retry === undefined ? {} : { retry }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(pool === undefined ? {} : { pool }),
    ...(slots === undefined ? {} : { slots }),
    ...(connections === undefined ? {} : { connections }),
  };
}

// What `skip` and `defer` make has a text as reason; what a function says of an asset with that name is an object.
function isOutcome(result: object): result is Skipped | Deferred {
  return 'reason' in result && typeof result.reason === 'string';
}

function madeOf(
  taskId: string,
  keys: readonly AssetKey[],
  made: Readonly<Record<string, Materialized>>,
): ReadonlyMap<AssetKey, Materialized> {
  const foreign = Object.keys(made).find((path) => !keys.some((key) => key === path));
  if (foreign === undefined) return new Map(keys.map((key) => [key, made[key] ?? {}]));
  throw new DefinitionFailure(
    'E_ASSET_FOREIGN',
    `The assets of "${taskId}": the function returned "${foreign}", which is none of them. Expected ${keys.join(', ')}.`,
  );
}

function distinctChecks(key: AssetKey, checks: readonly AssetCheck[]): readonly AssetCheck[] {
  const names = checks.map(({ name }) => name);
  const wrong = names.find((name, index) => !/^[a-z][a-z0-9_]{0,62}$/.test(name) || names.indexOf(name) !== index);
  if (wrong === undefined) return checks;
  throw new DefinitionFailure(
    'E_ASSET_CHECK',
    `Asset "${key}" cannot have a check "${wrong}": expected names of lower-case letters, digits and "_", starting with a letter, each once.`,
  );
}
