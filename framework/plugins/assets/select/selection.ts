import type { Maker } from '../definition.ts';
import { type AssetGraph, reached } from '../graph.ts';
import type { AssetKey } from '../key.ts';
import { type Field, type Selection, parseSelection } from './parse.ts';
import { unreadable } from './tokens.ts';

/** What a selection can ask of an asset. */
export interface Selectable {
  readonly key: AssetKey;
  readonly group: string;
  readonly kinds: readonly string[];
  readonly owners: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** Known once the project is put together. */
  readonly maker?: Maker;
}

/**
 * The keys that a selection names, parents first: `key:"redshift/*" and not kind:view`, `+marts/report` with all that it is made
 * from, `stage/veeva+2` with what is made from it in two steps. An empty one is all of them.
 * @throws DataFailure `E_ASSET_SELECTION` pointing at the place
 */
export function selectAssets(graph: AssetGraph<Selectable>, text: string): readonly AssetKey[] {
  const chosen = chosenBy(parseSelection(text), { graph, text });
  return graph.keys.filter((key) => chosen.has(key));
}

interface Question {
  readonly graph: AssetGraph<Selectable>;
  readonly text: string;
}

function chosenBy(selection: Selection, question: Question): ReadonlySet<AssetKey> {
  const { graph } = question;
  switch (selection.kind) {
    case 'all':
      return new Set(graph.keys);
    case 'match':
      return matches(selection, question);
    case 'not':
      return without(graph.keys, chosenBy(selection.of, question));
    case 'and':
      return both(chosenBy(selection.left, question), chosenBy(selection.right, question));
    case 'or':
      return new Set([...chosenBy(selection.left, question), ...chosenBy(selection.right, question)]);
    case 'around': {
      const middle = [...chosenBy(selection.of, question)];
      const above = reached(middle, graph.parents, selection.up);
      const below = reached(middle, graph.children, selection.down);
      return new Set([...middle, ...above, ...below]);
    }
  }
}

function without(all: readonly AssetKey[], these: ReadonlySet<AssetKey>): ReadonlySet<AssetKey> {
  return new Set(all.filter((key) => !these.has(key)));
}

function both(left: ReadonlySet<AssetKey>, right: ReadonlySet<AssetKey>): ReadonlySet<AssetKey> {
  return new Set([...left].filter((key) => right.has(key)));
}

function matches(
  { field, pattern, at }: Extract<Selection, { readonly kind: 'match' }>,
  { graph, text }: Question,
): ReadonlySet<AssetKey> {
  const isLike = likeness(pattern);
  const found = graph.keys.filter((key) => valuesOf(graph, key, field).some(isLike));
  // A pattern may match nothing yet; a key that is written out is meant.
  if (found.length === 0 && field === 'key' && !pattern.includes('*')) {
    throw unreadable(text, at, `there is no asset "${pattern}"`);
  }
  return new Set(found);
}

function valuesOf(graph: AssetGraph<Selectable>, key: AssetKey, field: Field): readonly string[] {
  if (field === 'key') return [key];
  const asset = graph.find(key);
  if (asset === undefined) return [];
  switch (field) {
    case 'group':
      return [asset.group];
    case 'kind':
      return asset.kinds;
    case 'owner':
      return asset.owners;
    case 'tag':
      return Object.entries(asset.tags).flatMap(([name, value]) => [name, `${name}=${value}`]);
    case 'dag':
      return asset.maker === undefined || asset.maker.kind === 'external' ? [] : [asset.maker.dagId];
  }
}

/** `*` stands for anything, also for `/`. Each piece is looked for once, so that no pattern takes long, however many stars it has. */
function likeness(pattern: string): (value: string) => boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return (value) => value === first;
  return (value) => {
    if (!value.startsWith(first)) return false;
    let at = first.length;
    for (const piece of rest) {
      const found = value.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return value.length - last.length >= at && value.endsWith(last);
  };
}
