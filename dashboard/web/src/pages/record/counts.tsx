import type { ReactNode } from 'react';

import type { RecordDetailJson } from '../../../../server/api/shapes/record.ts';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { countSteps, differenceText } from './count-steps.ts';
import styles from './record-page.module.css';

/** Rows of the source, the stage and the target side by side, with what differs. */
export function Counts({ record }: { readonly record: RecordDetailJson }): ReactNode {
  return (
    <section className={styles['counts']} aria-label="Rows">
      {countSteps(record).map(({ place, count, difference }) => (
        <div key={place}>
          <span className={styles['place']}>{place} rows</span>
          <strong>{count === null ? '–' : count.toLocaleString('en')}</strong>
          {difference === null ? null : (
            <span className={styles['difference']} data-equal={difference === 0}>
              {differenceText(difference)}
            </span>
          )}
        </div>
      ))}
      <div>
        <span className={styles['place']}>Verdict</span>
        {record.verdict === null ? <strong>–</strong> : <StatusBadge state={record.verdict} />}
      </div>
    </section>
  );
}
