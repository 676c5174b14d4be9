import type { ReactNode } from 'react';

import type { RunJson } from '../../../../server/api/shapes/run.ts';
import { useList } from '../../api/queries.ts';
import { useNow } from '../../app/now.ts';
import { Link } from '../../components/controls/link.tsx';
import { MoreButton } from '../../components/data/more-button.tsx';
import { EmptyState, Ready } from '../../components/states/states.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Duration, Time, WindowTime } from '../../components/values/time.tsx';
import { toneOf } from '../../format/tone.ts';
import styles from './timeline.module.css';

const AT_ONCE = 50;

/** Runs below each other on one line of time: how long each took, and which ran beside each other. */
export function Timeline({ dag }: { readonly dag: string }): ReactNode {
  const { items, reading } = useList<RunJson>(`/dags/${dag}/runs`, { limit: AT_ONCE });
  return (
    <>
      <Ready reading={reading} what="runs">
        {() => (items.length === 0 ? <EmptyState title="This dag has not run yet" /> : <Lanes runs={items} />)}
      </Ready>
      <MoreButton reading={reading} what="runs" />
    </>
  );
}

function Lanes({ runs }: { readonly runs: readonly RunJson[] }): ReactNode {
  const now = useNow();
  const spans = runs.map((run) => ({ run, ...spanOf(run, now) }));
  const first = Math.min(...spans.map(({ from }) => from));
  const last = Math.max(...spans.map(({ to }) => to));
  const length = Math.max(last - first, 1);
  return (
    <div className={styles['lanes']}>
      <p className={styles['ends']}>
        <Time at={new Date(first).toISOString()} />
        <Time at={new Date(last).toISOString()} />
      </p>
      <ol>
        {spans.map(({ run, from, to }) => (
          <li key={run.id}>
            <span className={styles['name']}>
              <Link href={`/runs/${run.id}`}>Run {run.id}</Link> <StatusBadge state={run.state} />
            </span>
            <span className={styles['window']}>
              {run.window === null ? <Time at={run.createdAt} /> : <WindowTime window={run.window} />}
            </span>
            <span className={styles['lane']}>
              <i
                className={styles[toneOf(run.state)]}
                style={{ left: `${((from - first) / length) * 100}%`, width: `${((to - from) / length) * 100}%` }}
              />
            </span>
            <span className={styles['took']}>
              <Duration from={run.startedAt} to={run.endedAt} />
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function spanOf(
  { createdAt, startedAt, endedAt }: RunJson,
  now: number,
): { readonly from: number; readonly to: number } {
  return { from: Date.parse(startedAt ?? createdAt), to: endedAt === null ? now : Date.parse(endedAt) };
}
