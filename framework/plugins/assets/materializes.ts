import { type Dag, DefinitionFailure } from '#framework';

import type { Asset } from './asset.ts';
import { type AssetKey, assetKey } from './key.ts';

/** What a dag or a pipeline makes that is not made of assets. */
export interface Materializes {
  readonly dag: Dag;
  /** Assets that are made once a run, or the window of a pipeline, is complete. */
  readonly assets: readonly Asset[];
  /** Of a pipeline: each table that a window loads becomes an asset below this path. */
  readonly tables?: TablesOption;
}

export interface TablesOption {
  /** `redshift/veeva` makes `redshift/veeva/product__v`. */
  readonly prefix: AssetKey;
  /** What every table is made from. */
  readonly from: readonly AssetKey[];
  readonly group: string;
  readonly kinds: readonly string[];
}

export interface MaterializesOptions {
  readonly assets?: readonly Asset[];
  readonly tables?: {
    readonly prefix: string;
    readonly from?: readonly (Asset | string)[];
    /** Default: the last name of the prefix. */
    readonly group?: string;
    /** Default `table`. */
    readonly kinds?: readonly string[];
  };
}

/**
 * Declares what a dag or a pipeline makes:
 *
 *     materializes(veevaIncremental, { assets: [stage], tables: { prefix: 'redshift/veeva', from: [stage] } })
 *
 * @throws DefinitionFailure `E_ASSET_KEY`, `E_ASSET_DAG`
 */
export function materializes(dag: Dag, { assets = [], tables }: MaterializesOptions): Materializes {
  if (tables === undefined) return { dag, assets };
  if (dag.pipeline === undefined) {
    throw new DefinitionFailure(
      'E_ASSET_DAG',
      `Dag "${dag.id}" is no pipeline, so nothing tells which tables it loads. Name its assets in \`assets\`.`,
    );
  }
  const { from = [], group, kinds = ['table'] } = tables;
  const prefix = assetKey(tables.prefix);
  const keys = from.map((each) => (typeof each === 'string' ? assetKey(each) : each.key));
  return { dag, assets, tables: { prefix, from: keys, group: group ?? prefix.split('/').at(-1) ?? prefix, kinds } };
}
