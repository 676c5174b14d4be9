import type { ReactNode } from 'react';

import type { AssetPartitionsJson } from '../../../../../server/api/shapes/asset.ts';
import { Link } from '../../../components/controls/link.tsx';
import { StatusBadge } from '../../../components/values/status-badge.tsx';
import { assetHref } from '../../assets/asset-address.ts';
import styles from './partitions.module.css';
import { rangeText } from './range-text.ts';

interface PartitionBarProps {
  readonly asset: string;
  readonly partitions: AssetPartitionsJson;
  /** The partition that is looked at. */
  readonly shown?: string | undefined;
}

const STATES = ['materialized', 'failed', 'missing'] as const;

/** All partitions from the oldest to the newest as ranges of one state each; a range leads to its newest partition. */
export function PartitionBar({ asset, partitions, shown }: PartitionBarProps): ReactNode {
  const { counts, rows, isCut } = partitions;
  const [from, to] = [rows[0]?.ranges[0]?.from, rows[0]?.ranges.at(-1)?.to];
  return (
    <div className={styles['whole']}>
      <ul className={styles['counts']} aria-label="Partitions by state">
        {STATES.filter((state) => state === 'materialized' || counts[state] > 0).map((state) => (
          <li key={state}>
            <StatusBadge state={state} words={`${counts[state].toLocaleString('en')} ${state}`} />
          </li>
        ))}
      </ul>
      {rows.map(({ name, ranges }) => (
        <div key={name ?? ''} className={styles['row']}>
          {name === null ? null : <span className={styles['name']}>{name}</span>}
          <ol className={styles['bar']} aria-label={name === null ? 'Partitions' : `Partitions of ${name}`}>
            {ranges.map((range) => (
              <li key={range.from} data-state={range.state} style={{ flexGrow: range.count }}>
                <Link
                  href={assetHref(asset, { view: 'partitions', partition: range.to })}
                  label={rangeText(range)}
                  title={rangeText(range)}
                  isCurrent={range.to === shown}
                >
                  {null}
                </Link>
              </li>
            ))}
          </ol>
        </div>
      ))}
      {from === undefined || to === undefined ? (
        <p>No window has closed yet.</p>
      ) : (
        <p className={styles['ends']}>
          <span>{isCut ? `… ${from}` : from}</span>
          <span>{to}</span>
        </p>
      )}
    </div>
  );
}
