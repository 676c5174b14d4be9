import type { ReactNode } from 'react';

import type { AssetJson } from '../../../../server/api/shapes/asset.ts';
import styles from './assets.module.css';

type Counts = NonNullable<AssetJson['partitions']>;

/** How many partitions are there, failed or missing, as shares of a small bar and in words. */
export function PartitionShares({ partitions }: { readonly partitions: Counts }): ReactNode {
  const { total, materialized, failed, missing } = partitions;
  const words = `${count(materialized)} of ${count(total)} partitions made${failed === 0 ? '' : `, ${count(failed)} failed`}`;
  return (
    <span className={styles['shares']} title={words}>
      <span aria-hidden="true">
        <i data-state="materialized" style={{ flexGrow: materialized }} />
        <i data-state="failed" style={{ flexGrow: failed }} />
        <i data-state="missing" style={{ flexGrow: missing }} />
      </span>
      <small>
        {count(materialized)} / {count(total)}
        {failed === 0 ? null : <em>{` · ${count(failed)} failed`}</em>}
      </small>
    </span>
  );
}

function count(value: number): string {
  return value.toLocaleString('en');
}
