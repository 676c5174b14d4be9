import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';

import type { AssetJson, AssetListJson } from '../../../../server/api/shapes/asset.ts';
import type { Listed } from '../../api/queries.ts';
import { Link } from '../../components/controls/link.tsx';
import { Icon } from '../../components/values/icon.tsx';
import { Ago, Nothing } from '../../components/values/time.tsx';
import { assetHref } from './asset-address.ts';
import { AssetName, AssetStatusBadge, CheckMarks, FreshnessBadge, Kinds } from './asset-marks.tsx';
import styles from './assets.module.css';
import { type ListedRow, groupedRows } from './grouped-rows.ts';
import { PartitionShares } from './partition-shares.tsx';

const ROW_HEIGHT = 46;
/** So many rows before the end of what is there the next page is asked for. */
const AHEAD = 30;

interface AssetRowsProps {
  readonly list: Listed<AssetJson, AssetListJson>;
  readonly groups: AssetListJson['groups'];
}

/** Assets below the names of their groups. Only those in sight are in the page, and more come as one scrolls; the arrow keys walk. */
export function AssetRows({ list: { items, reading }, groups }: AssetRowsProps): ReactNode {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = groupedRows(items, groups, closed);
  const place = useRef<HTMLDivElement>(null);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollMargin: place.current?.offsetTop ?? 0,
  });
  const visible = virtual.getVirtualItems();
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = reading;
  const isNearEnd = (visible.at(-1)?.index ?? 0) >= rows.length - AHEAD;
  useEffect(() => {
    if (isNearEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isNearEnd, hasNextPage, isFetchingNextPage, fetchNextPage, items.length]);
  const toggle = (group: string): void =>
    setClosed((before) => {
      const after = new Set(before);
      if (!after.delete(group)) after.add(group);
      return after;
    });
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the keys move between the links inside
    <div ref={place} className={styles['rows']} onKeyDown={walk}>
      <ul aria-label="Assets" style={{ height: virtual.getTotalSize() }}>
        {visible.map(({ index, start }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <li
              key={row.kind === 'group' ? `group ${row.group}` : row.asset.key}
              ref={virtual.measureElement}
              data-index={index}
              style={{ transform: `translateY(${start - virtual.options.scrollMargin}px)` }}
            >
              <Row row={row} onToggle={toggle} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function walk(event: KeyboardEvent<HTMLDivElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('li[data-index]') : null;
  if (step === 0 || row === null) return;
  const next = event.currentTarget.querySelector<HTMLElement>(
    `li[data-index="${Number(row.dataset['index']) + step}"]`,
  );
  next?.querySelector<HTMLElement>('a, button')?.focus();
  event.preventDefault();
}

function Row({ row, onToggle }: { readonly row: ListedRow; readonly onToggle: (group: string) => void }): ReactNode {
  if (row.kind === 'asset') return <AssetRow asset={row.asset} />;
  const { group, assets, isOpen } = row;
  return (
    <button type="button" className={styles['group']} aria-expanded={isOpen} onClick={() => onToggle(group)}>
      <Icon name="next" size={12} />
      <b>{group === '' ? 'no group' : group}</b>
      <span>{`${assets} ${assets === 1 ? 'asset' : 'assets'}`}</span>
    </button>
  );
}

function AssetRow({ asset }: { readonly asset: AssetJson }): ReactNode {
  const { key, kinds, last, partitions, checks, freshness } = asset;
  return (
    <div className={styles['asset']}>
      <span className={styles['first']}>
        <Link href={assetHref(key)} label={key}>
          <AssetName name={key} />
        </Link>
        <Kinds kinds={kinds} />
      </span>
      <span>
        <AssetStatusBadge asset={asset} />
      </span>
      <span className={styles['extra']}>{last === null ? <Nothing /> : <Ago at={last.at} />}</span>
      <span className={styles['extra']}>
        {partitions === null ? null : <PartitionShares partitions={partitions} />}
      </span>
      <span className={styles['marks']}>
        <CheckMarks checks={checks} />
        <FreshnessBadge freshness={freshness} />
      </span>
    </div>
  );
}
