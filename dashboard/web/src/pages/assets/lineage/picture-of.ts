import type { AssetGraphJson, AssetJson } from '../../../../../server/api/shapes/asset.ts';
import { groupSelection } from '../selection-mistake.ts';

export type Lineage = Pick<AssetGraphJson, 'nodes' | 'edges' | 'isCut' | 'groups' | 'groupEdges'>;

/** A box of the graph: an asset, or a bundle of assets that are too many to be told apart. */
export type LineageBox =
  | { readonly kind: 'asset'; readonly id: string; readonly asset: AssetJson }
  | { readonly kind: 'bundle'; readonly id: string; readonly bundle: Bundle };

export interface Bundle {
  readonly name: string;
  /** Selects its assets. */
  readonly select: string;
  readonly assets: number;
  /** How many failed, or their checks did, and how many are unsynced; undefined where not all of them were asked for. */
  readonly standing: { readonly failing: number; readonly unsynced: number } | undefined;
}

export interface Picture {
  readonly boxes: readonly LineageBox[];
  readonly arrows: readonly { readonly from: string; readonly to: string; readonly count: number }[];
}

/** More of different groups are a hairball. */
const MOST_MIXED = 60;
/** One group is a column or two, which can be panned along. */
const MOST_ALIKE = 250;

/**
 * What is drawn: each asset while they can be told apart, otherwise one box for each group, or for each folder of a single group.
 * Of a selection (`main`) among its neighbours it is the neighbours that are bundled.
 */
export function pictureOf(lineage: Lineage, main?: ReadonlySet<string>): Picture {
  const { nodes, isCut, groups } = lineage;
  if (isCut && groups.length > 1) return groupPicture(lineage);
  if (canBeToldApart(nodes)) return picture(lineage, alone);
  const chosen = nodes.filter(({ key }) => main?.has(key));
  if (chosen.length > 0 && canBeToldApart(chosen)) {
    return picture(lineage, (asset) => (main?.has(asset.key) ? undefined : byGroup(asset)));
  }
  if (groupsOf(nodes) > 1) return picture(lineage, byGroup);
  const folder = folders(nodes.map(({ key }) => key));
  return picture(lineage, ({ key }) => ({ name: folder(key), select: `key:"${folder(key)}/*"` }));
}

function groupPicture({ groups, groupEdges }: Lineage): Picture {
  const boxes = groups.map(({ group, assets }): LineageBox => {
    const bundle = { name: group, select: groupSelection(group), assets, standing: undefined };
    return { kind: 'bundle', id: `${group} *`, bundle };
  });
  return { boxes, arrows: groupEdges.map(({ from, to, count }) => ({ from: `${from} *`, to: `${to} *`, count })) };
}

function canBeToldApart(nodes: Lineage['nodes']): boolean {
  return nodes.length <= (groupsOf(nodes) > 1 ? MOST_MIXED : MOST_ALIKE);
}

function groupsOf(nodes: Lineage['nodes']): number {
  return new Set(nodes.map(({ group }) => group)).size;
}

/** The bundle that an asset may stand in; undefined where it stands alone. */
type Place = (asset: AssetJson) => { readonly name: string; readonly select: string } | undefined;

const alone: Place = () => undefined;
const byGroup: Place = ({ group }) => ({ name: group, select: groupSelection(group) });

function picture({ nodes, edges }: Pick<Lineage, 'nodes' | 'edges'>, place: Place): Picture {
  const bundles = Map.groupBy(nodes, (asset) => bundleId(asset, place));
  const boxes = [...bundles].map(([id, assets]) => boxFor(id, assets, place));
  const boxOf = new Map([...bundles.values()].flatMap((assets, at) => assets.map(({ key }) => [key, boxes[at]?.id])));
  const joined = edges.flatMap(({ from, to }) => {
    const [one, other] = [boxOf.get(from), boxOf.get(to)];
    return one === undefined || other === undefined || one === other ? [] : [{ from: one, to: other }];
  });
  const arrows = [...Map.groupBy(joined, ({ from, to }) => `${from} ${to}`).values()].flatMap((same) =>
    same.slice(0, 1).map((arrow) => ({ ...arrow, count: same.length })),
  );
  return { boxes, arrows };
}

/** No key has a space. */
function bundleId(asset: AssetJson, place: Place): string {
  const bundle = place(asset);
  return bundle === undefined ? asset.key : `${bundle.name} *`;
}

/** A bundle of one is that one. */
function boxFor(id: string, assets: readonly AssetJson[], place: Place): LineageBox {
  const [asset] = assets;
  if (asset !== undefined && assets.length === 1) return { kind: 'asset', id: asset.key, asset };
  const { name, select } = (asset && place(asset)) ?? { name: id, select: '' };
  const failing = assets.filter(({ status }) => status === 'failed' || status === 'check_failed').length;
  const unsynced = assets.filter(({ status }) => status === 'unsynced').length;
  return { kind: 'bundle', id, bundle: { name, select, assets: assets.length, standing: { failing, unsynced } } };
}

/** Gives a key's folder one step below what all keys have in common. */
function folders(keys: readonly string[]): (key: string) => string {
  const paths = keys.map((key) => key.split('/'));
  const [first = []] = paths;
  const shared = first.findIndex((step, depth) => paths.some((path) => path[depth] !== step));
  return (key) =>
    key
      .split('/')
      .slice(0, Math.max(shared, 0) + 1)
      .join('/');
}
