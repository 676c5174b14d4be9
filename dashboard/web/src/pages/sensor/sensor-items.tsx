import type { ReactNode } from 'react';

import type { SensorDetailJson } from '../../../../server/api/shapes/sensor.ts';
import { Link } from '../../components/controls/link.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { EmptyState } from '../../components/states/states.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Nothing, Time } from '../../components/values/time.tsx';
import { ItemDeeds } from './item-deeds.tsx';

export type SensorItemJson = SensorDetailJson['items'][number];

const FACTS: readonly Column<SensorItemJson>[] = [
  { id: 'key', title: 'Item', cell: ({ key }) => key },
  { id: 'state', title: 'State', cell: (item) => <ItemState item={item} /> },
  {
    id: 'run',
    title: 'Run',
    cell: ({ runId }) => (runId === null ? <Nothing /> : <Link href={`/runs/${runId}`}>{`Run ${runId}`}</Link>),
  },
  {
    id: 'record',
    title: 'Record',
    isExtra: true,
    cell: ({ recordId }) =>
      recordId === null ? <Nothing /> : <Link href={`/records/${recordId}`}>{`Record ${recordId}`}</Link>,
  },
  { id: 'found', title: 'Found', cell: ({ createdAt }) => <Time at={createdAt} />, isExtra: true },
  { id: 'ended', title: 'Ended', cell: ({ endedAt }) => <Time at={endedAt} />, isExtra: true },
];

interface SensorItemsProps {
  readonly sensor: string;
  readonly items: readonly SensorItemJson[];
}

/** What a sensor found, newest first, with what became of it and what can be done where nothing goes on by itself. */
export function SensorItems({ sensor, items }: SensorItemsProps): ReactNode {
  if (items.length === 0) return <EmptyState title="It has found nothing yet" />;
  const columns = items.some(isStuck) ? [...FACTS, deedsColumn(sensor)] : FACTS;
  return <DataTable label="Items" rows={items} columns={columns} rowKey={({ position }) => position} />;
}

/** A window is run again or skipped on the page of its record. */
function isStuck({ recordId, skippedReason, state }: SensorItemJson): boolean {
  return recordId === null && skippedReason === null && (state === 'failed' || state === 'cancelled');
}

function deedsColumn(sensor: string): Column<SensorItemJson> {
  return {
    id: 'deeds',
    title: 'Change',
    cell: (item) => (isStuck(item) ? <ItemDeeds sensor={sensor} item={item.key} /> : null),
  };
}

function ItemState({ item: { skippedReason, recordStatus, state } }: { readonly item: SensorItemJson }): ReactNode {
  if (skippedReason !== null) return <StatusBadge state="skipped" words={`skipped: ${skippedReason}`} />;
  const shown = recordStatus ?? state;
  return shown === null ? <Nothing /> : <StatusBadge state={shown} />;
}
