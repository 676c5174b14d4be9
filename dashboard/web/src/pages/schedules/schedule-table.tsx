import type { ReactNode } from 'react';

import type { ScheduleJson } from '../../../../server/api/shapes/schedule.ts';
import { useInstallationNow } from '../../app/now.ts';
import { Link } from '../../components/controls/link.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { DueTime, Nothing, WindowTime } from '../../components/values/time.tsx';
import { spanText } from '../../format/length-text.ts';
import { PauseSwitch } from '../dags/pause-switch.tsx';
import styles from './schedules.module.css';

const COLUMNS: readonly Column<ScheduleJson>[] = [
  {
    id: 'dag',
    title: 'Dag',
    sortBy: ({ dagId }) => dagId,
    cell: ({ dagId }) => <Link href={`/dags/${encodeURIComponent(dagId)}`}>{dagId}</Link>,
  },
  {
    id: 'windows',
    title: 'Windows',
    sortBy: ({ policy }) => policy.windows,
    isExtra: true,
    isText: true,
    cell: ({ policy }) => <Windows policy={policy} />,
  },
  { id: 'next', title: 'Next window', isExtra: true, cell: ({ next }) => <WindowTime window={next.window} /> },
  {
    id: 'due',
    title: 'Due',
    sortBy: ({ next }) => next.dueAt,
    cell: (schedule) => <Due schedule={schedule} />,
    isText: true,
  },
  {
    id: 'catch-up',
    title: 'Missed windows',
    isExtra: true,
    isText: true,
    cell: ({ policy }) => catchUpWords(policy.catchUp),
  },
  { id: 'day', title: 'Last 24 hours', isExtra: true, isText: true, cell: ({ lastDay }) => <LastDay day={lastDay} /> },
  { id: 'paused', title: 'State', cell: ({ dagId, paused }) => <PauseSwitch dag={{ id: dagId, paused }} /> },
];

/** Schedules with the window that each makes next, and how the last day went. */
export function ScheduleTable({ schedules }: { readonly schedules: readonly ScheduleJson[] }): ReactNode {
  return (
    <DataTable
      label="Schedules"
      rows={schedules}
      columns={COLUMNS}
      rowKey={({ dagId }) => dagId}
      rowHref={({ dagId }) => `/dags/${encodeURIComponent(dagId)}`}
    />
  );
}

function Windows({ policy: { windows, lagMs } }: Pick<ScheduleJson, 'policy'>): ReactNode {
  return (
    <span className={styles['beside']}>
      {windows}
      {lagMs === 0 ? null : <small>made {spanText(lagMs)} behind their end</small>}
    </span>
  );
}

/** A scheduler looks every few seconds; behind this nobody does. */
const LATE_MS = 60_000;

function Due({ schedule: { paused, next } }: { readonly schedule: ScheduleJson }): ReactNode {
  const isLate = useInstallationNow() - Date.parse(next.dueAt) > LATE_MS;
  if (paused) return <Nothing />;
  if (!isLate) return <DueTime at={next.dueAt} />;
  return (
    <span className={styles['beside']}>
      <StatusBadge state="overdue" />
      <DueTime at={next.dueAt} />
    </span>
  );
}

function LastDay({ day: { made, recovered, passedOverMs } }: { readonly day: ScheduleJson['lastDay'] }): ReactNode {
  if (made === 0) return <Nothing />;
  return (
    <span className={styles['beside']}>
      <span>{made.toLocaleString('en')} made</span>
      {recovered === 0 ? null : (
        <StatusBadge state="recovered" words={`${recovered.toLocaleString('en')} recovered`} tone="waiting" />
      )}
      {passedOverMs === 0 ? null : (
        <StatusBadge state="passed_over" words={`${spanText(passedOverMs)} passed over`} tone="bad" />
      )}
    </span>
  );
}

function catchUpWords(catchUp: string): string {
  if (catchUp === 'all') return 'all are made';
  return catchUp === 'latest' ? 'only the newest is made' : `${catchUp} are made`;
}
