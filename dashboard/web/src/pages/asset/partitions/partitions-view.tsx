import { type ReactNode, useState } from 'react';

import type { AssetDetailJson, AssetPartitionsJson } from '../../../../../server/api/shapes/asset.ts';
import { Button } from '../../../components/controls/button.tsx';
import { Link } from '../../../components/controls/link.tsx';
import { type Column, DataTable } from '../../../components/data/data-table.tsx';
import { useFilter } from '../../../components/filter/use-filter.ts';
import { TextField } from '../../../components/operate/text-field.tsx';
import { Card, Section } from '../../../components/page/section.tsx';
import { EmptyState, Ready } from '../../../components/states/states.tsx';
import { StatusBadge } from '../../../components/values/status-badge.tsx';
import { assetHref } from '../../assets/asset-address.ts';
import { OnePartition } from './one-partition.tsx';
import { PartitionBar } from './partition-bar.tsx';
import styles from './partitions.module.css';
import type { PartitionRange } from './range-text.ts';
import { usePartitions } from './use-partitions.ts';

/** Which partitions are there, and what became of the one that is looked at. */
export function PartitionsView({ asset }: { readonly asset: AssetDetailJson }): ReactNode {
  const { values, set } = useFilter(['partition']);
  const reading = usePartitions(asset.key);
  if (asset.cut === null) {
    return (
      <EmptyState title="This asset is one whole">It has no partitions: each materialization replaces it.</EmptyState>
    );
  }
  return (
    <Ready reading={reading} what="partitions">
      {(partitions) => (
        <>
          <Card>
            <p className={styles['cut']}>{asset.cut}</p>
            <PartitionBar asset={asset.key} partitions={partitions} shown={values.partition} />
          </Card>
          <Find key={values.partition} onFind={(partition) => set('partition', partition)} />
          {values.partition === undefined ? null : <OnePartition asset={asset} partition={values.partition} />}
          <Section title="Ranges">
            <DataTable
              label="Ranges of partitions"
              rows={rangesOf(asset.key, partitions)}
              columns={COLUMNS}
              rowKey={({ range }) => `${range.from} ${range.to}`}
              rowHref={({ href }) => href}
            />
          </Section>
        </>
      )}
    </Ready>
  );
}

function Find({ onFind }: { readonly onFind: (partition: string) => void }): ReactNode {
  const [text, setText] = useState('');
  return (
    <form
      className={styles['find']}
      onSubmit={(event) => {
        event.preventDefault();
        onFind(text.trim());
      }}
    >
      <TextField label="Partition" value={text} onChange={setText} example="2026-01-20T13:15Z" />
      <Button type="submit" isDisabled={text.trim() === ''}>
        Show
      </Button>
    </form>
  );
}

interface RangeRow {
  readonly name: string | null;
  readonly range: PartitionRange;
  readonly href: string;
}

/** The newest range first. */
function rangesOf(asset: string, { rows }: AssetPartitionsJson): readonly RangeRow[] {
  return rows.flatMap(({ name, ranges }) =>
    ranges.toReversed().map((range) => ({
      name,
      range,
      href: assetHref(asset, { view: 'partitions', partition: range.to }),
    })),
  );
}

const COLUMNS: readonly Column<RangeRow>[] = [
  {
    id: 'state',
    title: 'State',
    sortBy: ({ range }) => range.state,
    cell: ({ range }) => <StatusBadge state={range.state} />,
  },
  { id: 'from', title: 'From', sortBy: ({ range }) => range.from, cell: ({ range }) => <code>{range.from}</code> },
  { id: 'to', title: 'To', cell: ({ range, href }) => <Link href={href}>{range.to}</Link> },
  {
    id: 'count',
    title: 'Partitions',
    align: 'end',
    sortBy: ({ range }) => range.count,
    cell: ({ range }) => range.count.toLocaleString('en'),
  },
];
