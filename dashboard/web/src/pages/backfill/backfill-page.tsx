import type { ReactNode } from 'react';
import { useParams } from 'wouter';

import type { BackfillDetailJson } from '../../../../server/api/shapes/backfill.ts';
import { Link } from '../../components/controls/link.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { MoreButton } from '../../components/data/more-button.tsx';
import { DeedHistory } from '../../components/operate/deed-history.tsx';
import { Why } from '../../components/operate/why.tsx';
import { Found } from '../../components/page/found.tsx';
import { Page } from '../../components/page/page.tsx';
import { Card, Section } from '../../components/page/section.tsx';
import { Command, CopyButton } from '../../components/values/copy-button.tsx';
import { FactList } from '../../components/values/fact-list.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Nothing, Time, WindowTime } from '../../components/values/time.tsx';
import styles from './backfill.module.css';
import { backfillCommand } from './backfill-command.ts';
import { Switches } from './switches.tsx';
import { type BackfillWindowJson, useBackfill } from './use-backfill.ts';
import { WholeProgress } from './progress.tsx';
import { WindowStrip } from './window-strip.tsx';

const COLUMNS: readonly Column<BackfillWindowJson>[] = [
  { id: 'window', title: 'Window', cell: ({ window }) => <WindowTime window={window} /> },
  { id: 'state', title: 'State', cell: ({ state }) => <StatusBadge state={state} /> },
  {
    id: 'run',
    title: 'Run',
    cell: ({ runId }) => (runId === null ? <Nothing /> : <Link href={`/runs/${runId}`}>{`Run ${runId}`}</Link>),
  },
  {
    id: 'record',
    title: 'Record',
    cell: ({ recordId }) =>
      recordId === null ? <Nothing /> : <Link href={`/records/${recordId}`}>{`Record ${recordId}`}</Link>,
  },
  { id: 'reason', title: 'Why', cell: ({ reason }) => reason ?? <Nothing />, isExtra: true },
];

/** One backfill with its windows in the order in which they run. */
export function BackfillPage(): ReactNode {
  const { id } = useParams<{ readonly id: string }>();
  const { backfill, reading } = useBackfill(id);
  return (
    <Found
      reading={{ ...reading, data: backfill }}
      what="backfill"
      title={`Backfill ${id}`}
      trail={[{ text: 'Backfills', href: '/backfills' }]}
    >
      {(found) => (
        <ShownBackfill backfill={found}>
          <Section title="Windows">
            <DataTable label="Windows" rows={found.windows} columns={COLUMNS} rowKey={({ position }) => position} />
            <MoreButton reading={reading} what="windows" />
          </Section>
        </ShownBackfill>
      )}
    </Found>
  );
}

interface ShownBackfillProps {
  readonly backfill: BackfillDetailJson;
  readonly children: ReactNode;
}

function ShownBackfill({ backfill, children }: ShownBackfillProps): ReactNode {
  const { id, dagId, state, counts, windows, history } = backfill;
  const isWaiting = state === 'paused' || (state === 'running' && counts.active === 0);
  return (
    <Page
      title={`Backfill ${id}`}
      trail={[
        { text: 'Backfills', href: '/backfills' },
        { text: dagId, href: `/dags/${encodeURIComponent(dagId)}` },
      ]}
      badge={
        <>
          <StatusBadge state={state} />
          <CopyButton text={String(id)} what="id of the backfill" />
        </>
      }
      actions={<Switches backfill={backfill} />}
    >
      <div className={styles['page']}>
        {isWaiting ? <Why path={`/backfills/${id}/explain`} command={`windrow explain backfill ${id}`} /> : null}
        <Card>
          <WholeProgress counts={counts} />
          <WindowStrip windows={windows} />
        </Card>
        <FactList facts={factsOf(backfill)} />
        <p className={styles['command']}>
          The same again <Command text={backfillCommand({ ...backfill, dag: dagId })} />
        </p>
      </div>
      {children}
      <Section title="History">
        <DeedHistory history={history} of="backfill" />
      </Section>
    </Page>
  );
}

function factsOf(backfill: BackfillDetailJson): Readonly<Record<string, ReactNode>> {
  const { from, to, only, maxActive, reverse, params, createdBy, createdAt, endedAt } = backfill;
  return {
    From: <Time at={from} precision="minute" />,
    To: <Time at={to} precision="minute" />,
    Windows: `${only === 'all' ? 'all' : `${only} ones`}, ${reverse ? 'newest' : 'oldest'} first`,
    'At once': `at most ${maxActive}`,
    By: createdBy ?? <Nothing />,
    Created: <Time at={createdAt} />,
    Ended: <Time at={endedAt} />,
    ...(Object.keys(params).length === 0 ? {} : { Params: <code>{JSON.stringify(params)}</code> }),
  };
}
