import { type ReactNode, useState } from 'react';

import type { DagJson } from '../../../../server/api/shapes/dag.ts';
import { useList } from '../../api/queries.ts';
import { SearchField } from '../../components/controls/search-field.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { MoreButton } from '../../components/data/more-button.tsx';
import { Link } from '../../components/controls/link.tsx';
import { Page } from '../../components/page/page.tsx';
import { RunBars } from '../../components/data/run-bars.tsx';
import { EmptyState, Ready } from '../../components/states/states.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Ago, DueTime, Nothing } from '../../components/values/time.tsx';
import styles from './dags-page.module.css';
import { PauseSwitch } from './pause-switch.tsx';

const AT_ONCE = 500;

/** Every dag: how its last runs went, what waits, and whether it is paused. */
export function DagsPage(): ReactNode {
  const { items, reading } = useList<DagJson>('/dags', { limit: AT_ONCE });
  const [search, setSearch] = useState('');
  const found = items.filter((dag) => matches(dag, search));
  return (
    <Page
      title="Dags"
      actions={<SearchField label="Search dags" value={search} onChange={setSearch} />}
      description="Every dag of this installation with its newest runs."
    >
      <Ready reading={reading} what="dags">
        {() =>
          found.length === 0 ? (
            <None search={search} />
          ) : (
            <DataTable
              label="Dags"
              rows={found}
              columns={COLUMNS}
              rowKey={({ id }) => id}
              rowHref={({ id }) => `/dags/${id}`}
            />
          )
        }
      </Ready>
      <MoreButton reading={reading} what="dags" />
    </Page>
  );
}

const COLUMNS: readonly Column<DagJson>[] = [
  { id: 'name', title: 'Dag', sortBy: ({ id }) => id, cell: (dag) => <Name dag={dag} /> },
  {
    id: 'schedule',
    title: 'Windows',
    sortBy: ({ schedule }) => schedule,
    isExtra: true,
    isText: true,
    cell: ({ schedule, sensors }) => schedule ?? (sensors.length > 0 ? `sensor ${sensors.join(', ')}` : <Nothing />),
  },
  {
    id: 'next',
    title: 'Next window',
    sortBy: ({ nextDueAt }) => nextDueAt,
    isExtra: true,
    cell: ({ nextDueAt }) => <DueTime at={nextDueAt} />,
  },
  { id: 'runs', title: 'Last runs', cell: ({ id, recentRuns }) => <RunBars dag={id} runs={recentRuns} /> },
  {
    id: 'last',
    title: 'Newest run',
    sortBy: ({ lastRun }) => lastRun?.endedAt ?? null,
    cell: ({ lastRun }) => <LastRun run={lastRun} />,
  },
  {
    id: 'pending',
    title: 'Waiting',
    align: 'end',
    isExtra: true,
    sortBy: ({ pendingWindows }) => pendingWindows,
    cell: ({ id, pendingWindows }) => (
      <Count count={pendingWindows} href={`/records?pipeline=${encodeURIComponent(id)}&status=PENDING`} />
    ),
  },
  {
    id: 'failed',
    title: 'Failed',
    align: 'end',
    isExtra: true,
    sortBy: ({ failedWindows }) => failedWindows,
    cell: ({ id, failedWindows }) => (
      <Count count={failedWindows} href={`/records?pipeline=${encodeURIComponent(id)}&status=FAILED`} isAlarming />
    ),
  },
  { id: 'pause', title: 'Active', sortBy: ({ paused }) => Number(paused), cell: (dag) => <PauseSwitch dag={dag} /> },
];

function Name({ dag: { id, description } }: { readonly dag: DagJson }): ReactNode {
  return (
    <span className={styles['name']}>
      <Link href={`/dags/${id}`}>{id}</Link>
      {description === null ? null : <small title={description}>{description}</small>}
    </span>
  );
}

function LastRun({ run }: { readonly run: DagJson['lastRun'] }): ReactNode {
  if (run === null) return <Nothing />;
  return (
    <span className={styles['last']}>
      <Link href={`/runs/${run.id}`}>
        <StatusBadge state={run.state} />
      </Link>
      {run.endedAt === null ? null : (
        <small>
          <Ago at={run.endedAt} />
        </small>
      )}
    </span>
  );
}

interface CountProps {
  readonly count: number;
  readonly href: string;
  readonly isAlarming?: boolean;
}

function Count({ count, href, isAlarming = false }: CountProps): ReactNode {
  if (count === 0) return <Nothing />;
  return (
    <Link href={href} className={isAlarming ? styles['alarm'] : undefined}>
      {count.toLocaleString('en')}
    </Link>
  );
}

function None({ search }: { readonly search: string }): ReactNode {
  if (search !== '') return <EmptyState title={`No dag has "${search}" in its name or description`} />;
  return (
    <EmptyState title="There is no dag yet">
      Write one in <code>dags/</code>, list it in <code>dags/project.ts</code>, and start Windrow again.
    </EmptyState>
  );
}

function matches({ id, description }: DagJson, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return id.includes(wanted) || (description ?? '').toLowerCase().includes(wanted);
}
