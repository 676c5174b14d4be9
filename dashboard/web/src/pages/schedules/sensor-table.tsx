import type { ReactNode } from 'react';

import type { SensorJson } from '../../../../server/api/shapes/sensor.ts';
import { Link } from '../../components/controls/link.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { DueTime, Nothing } from '../../components/values/time.tsx';
import { spanText } from '../../format/length-text.ts';
import { sensorState } from './sensor-state.ts';
import styles from './schedules.module.css';

const COLUMNS: readonly Column<SensorJson>[] = [
  {
    id: 'sensor',
    title: 'Sensor',
    sortBy: ({ id }) => id,
    cell: ({ id }) => <Link href={`/sensors/${encodeURIComponent(id)}`}>{id}</Link>,
  },
  {
    id: 'dag',
    title: 'Dag',
    sortBy: ({ dagId }) => dagId,
    isExtra: true,
    cell: ({ dagId }) => <Link href={`/dags/${encodeURIComponent(dagId)}`}>{dagId}</Link>,
  },
  { id: 'state', title: 'State', cell: (sensor) => <SensorBadge sensor={sensor} /> },
  { id: 'cursor', title: 'Seen up to', cell: ({ cursor }) => <CursorText cursor={cursor} /> },
  { id: 'every', title: 'Polls every', isExtra: true, cell: ({ everyMs }) => spanText(everyMs) },
  { id: 'last', title: 'Last poll', isExtra: true, cell: ({ lastPollAt }) => <DueTime at={lastPollAt} /> },
  { id: 'next', title: 'Next poll', isExtra: true, cell: (sensor) => <NextPoll sensor={sensor} /> },
  {
    id: 'waiting',
    title: 'Waiting',
    align: 'end',
    sortBy: ({ waitingItems }) => waitingItems,
    cell: ({ waitingItems }) => (waitingItems === 0 ? <Nothing /> : waitingItems.toLocaleString('en')),
  },
];

/** Sensors with what each has seen, and how its last poll went. */
export function SensorTable({ sensors }: { readonly sensors: readonly SensorJson[] }): ReactNode {
  return (
    <DataTable
      label="Sensors"
      rows={sensors}
      columns={COLUMNS}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/sensors/${encodeURIComponent(id)}`}
    />
  );
}

interface OfSensor {
  readonly sensor: SensorJson;
}

export function SensorBadge({ sensor }: OfSensor): ReactNode {
  return <StatusBadge {...sensorState(sensor)} />;
}

export function NextPoll({ sensor: { paused, removedAt, nextPollAt } }: OfSensor): ReactNode {
  if (paused || removedAt !== null) return <Nothing />;
  return nextPollAt === null ? 'at once' : <DueTime at={nextPollAt} />;
}

export function CursorText({ cursor }: Pick<SensorJson, 'cursor'>): ReactNode {
  if (cursor === null) return <span className={styles['none']}>no cursor</span>;
  return <code className={styles['cursor']}>{JSON.stringify(cursor)}</code>;
}
