import type { ReactNode } from 'react';

import type { RunDetailJson } from '../../../../../server/api/shapes/run.ts';
import { useRead } from '../../../api/queries.ts';
import { Link } from '../../../components/controls/link.tsx';
import { Ready } from '../../../components/states/states.tsx';
import { StatusBadge } from '../../../components/values/status-badge.tsx';
import { Duration } from '../../../components/values/time.tsx';
import styles from './deeds.module.css';

/** A run that was asked for here, seen as it goes on. */
export function StartedRun({ run }: { readonly run: number }): ReactNode {
  const reading = useRead<RunDetailJson>(`/runs/${run}`);
  return (
    <div className={styles['started']} role="status" aria-label="The run that was started">
      <Link href={`/runs/${run}`}>{`Run ${run}`}</Link>
      <Ready reading={reading} what="run">
        {({ state, startedAt, endedAt }) => (
          <>
            <StatusBadge state={state} />
            <Duration from={startedAt} to={endedAt} />
          </>
        )}
      </Ready>
    </div>
  );
}
