import type { ReactNode } from 'react';

import type { RecordJson } from '../../../../server/api/shapes/record.ts';
import { Link } from '../../components/controls/link.tsx';
import { EmptyState } from '../../components/states/states.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { Ago, WindowTime } from '../../components/values/time.tsx';
import { numberText } from '../../format/number-text.ts';
import styles from './home-page.module.css';

/** The windows that were completed last: how many rows are in the target, and what the audit said. */
export function LoadedWindows({ records }: { readonly records: readonly RecordJson[] }): ReactNode {
  if (records.length === 0) return <EmptyState title="No window is complete yet" />;
  return (
    <ul className={styles['list']}>
      {records.map(({ id, pipelineId, window, targetCount, verdict, endedAt }) => (
        <li key={id} className={styles['item']}>
          <div className={styles['what']}>
            <p>
              <Link href={`/records/${id}`}>{pipelineId}</Link>
            </p>
            <p className={styles['why']}>
              <WindowTime window={window} />
            </p>
          </div>
          <span className={styles['rows']}>{targetCount === null ? '' : `${numberText(targetCount)} rows`}</span>
          {verdict === null ? null : <StatusBadge state={verdict} />}
          <span className={styles['when']}>
            <Ago at={endedAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}
