import { DefinitionFailure } from '#framework';

import type { AssetDep } from './asset.ts';
import type { AssetKey } from './key.ts';

/** What the graph needs to know. */
export interface AssetNode {
  readonly key: AssetKey;
  readonly deps: readonly AssetDep[];
}

/** Assets and what they are made from, as a value. Keys are listed parents first. */
export interface AssetGraph<out Node = AssetNode> {
  readonly keys: readonly AssetKey[];
  /** Also of a key that is only named as a dependency. */
  readonly has: (key: AssetKey) => boolean;
  /** Absent of a key that is only named as a dependency: an external asset. */
  readonly find: (key: AssetKey) => Node | undefined;
  readonly parents: (key: AssetKey) => readonly AssetKey[];
  readonly children: (key: AssetKey) => readonly AssetKey[];
  /** Those without parents. */
  readonly roots: readonly AssetKey[];
  /** Roots first; each asset stands one level behind its farthest parent. */
  readonly levels: readonly (readonly AssetKey[])[];
  /** Without `depth`: all of them. The asset itself is none of them. */
  readonly ancestors: (key: AssetKey, depth?: number) => ReadonlySet<AssetKey>;
  readonly descendants: (key: AssetKey, depth?: number) => ReadonlySet<AssetKey>;
}

/** @throws DefinitionFailure `E_ASSET_TWICE`, `E_ASSET_CYCLE` */
export function assetGraph<Node extends AssetNode>(assets: readonly Node[]): AssetGraph<Node> {
  const defined = byKey(assets);
  const above = parentsOf(defined);
  const parents = (key: AssetKey): readonly AssetKey[] => above.get(key) ?? [];
  const under = childrenOf(above);
  const children = (key: AssetKey): readonly AssetKey[] => under.get(key) ?? [];
  const levels = levelsOf([...above.keys()], parents);
  return {
    keys: levels.flat(),
    has: (key) => above.has(key),
    find: (key) => defined.get(key),
    parents,
    children,
    roots: levels[0] ?? [],
    levels,
    ancestors: (key, depth) => reached([key], parents, depth),
    descendants: (key, depth) => reached([key], children, depth),
  };
}

function byKey<Node extends AssetNode>(assets: readonly Node[]): ReadonlyMap<AssetKey, Node> {
  const found = new Map<AssetKey, Node>();
  for (const each of assets) {
    if (found.has(each.key)) {
      throw new DefinitionFailure(
        'E_ASSET_TWICE',
        `Two assets have the key "${each.key}". Rename one of them, or list it once.`,
      );
    }
    found.set(each.key, each);
  }
  return found;
}

/** Every key, also those that are only depended on. */
function parentsOf(defined: ReadonlyMap<AssetKey, AssetNode>): ReadonlyMap<AssetKey, readonly AssetKey[]> {
  const parents = new Map<AssetKey, readonly AssetKey[]>();
  for (const { key, deps } of defined.values()) parents.set(key, [...new Set(deps.map((dep) => dep.key))]);
  for (const key of [...parents.values()].flat()) if (!parents.has(key)) parents.set(key, []);
  return parents;
}

function childrenOf(parents: ReadonlyMap<AssetKey, readonly AssetKey[]>): ReadonlyMap<AssetKey, readonly AssetKey[]> {
  const children = new Map<AssetKey, AssetKey[]>();
  for (const [key, above] of parents) {
    for (const parent of above) {
      const known = children.get(parent);
      if (known === undefined) children.set(parent, [key]);
      else known.push(key);
    }
  }
  return children;
}

type Neighbours = (key: AssetKey) => readonly AssetKey[];

function levelsOf(keys: readonly AssetKey[], parents: Neighbours): readonly (readonly AssetKey[])[] {
  const levels: (readonly AssetKey[])[] = [];
  const placed = new Set<AssetKey>();
  let left = keys;
  while (left.length > 0) {
    const level = left.filter((key) => parents(key).every((parent) => placed.has(parent)));
    if (level.length === 0) throw cycle(left, parents);
    levels.push(level);
    for (const key of level) placed.add(key);
    left = left.filter((key) => !placed.has(key));
  }
  return levels;
}

/** Each of `left` has a parent in it, so going up from any of them comes back to a place that was passed. */
function cycle(left: readonly AssetKey[], parents: Neighbours): DefinitionFailure {
  const path: AssetKey[] = [];
  let at = left[0];
  while (at !== undefined && !path.includes(at)) {
    path.unshift(at);
    at = parents(at).find((parent) => left.includes(parent));
  }
  const around = at === undefined ? path : [at, ...path.slice(0, path.indexOf(at) + 1)];
  return new DefinitionFailure(
    'E_ASSET_CYCLE',
    `Assets cannot be made from themselves: ${around.join(' -> ')}. Take one of these dependencies away.`,
  );
}

/** All that is reached from these in so many steps; a start is none of them. */
export function reached(starts: readonly AssetKey[], next: Neighbours, depth = Infinity): ReadonlySet<AssetKey> {
  const found = new Set<AssetKey>();
  const passed = new Set(starts);
  let front = starts;
  for (let step = 0; step < depth && front.length > 0; step += 1) {
    front = [...new Set(front.flatMap(next))].filter((key) => !passed.has(key));
    for (const key of front) {
      passed.add(key);
      found.add(key);
    }
  }
  return found;
}
