import type { UseQueryResult } from '@tanstack/react-query';

import type { AssetPartitionsJson } from '../../../../../server/api/shapes/asset.ts';
import type { Problem } from '../../../api/problem.ts';
import { useRead } from '../../../api/queries.ts';
import { assetPath } from '../../assets/asset-address.ts';

/** More ranges than this could not be told apart in a bar; the older ones are left out. */
const MOST_RANGES = 250;

/** The partitions of an asset as ranges by what became of them. */
export function usePartitions(asset: string): UseQueryResult<AssetPartitionsJson, Problem> {
  return useRead<AssetPartitionsJson>(`${assetPath(asset)}/partitions`, { limit: MOST_RANGES });
}
