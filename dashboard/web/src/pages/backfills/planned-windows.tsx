import type { ReactNode } from 'react';

import type { BackfillAnswerJson } from '../../../../server/api/shapes/backfill.ts';
import { PreviewList } from '../../components/operate/preview-list.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { WindowTime } from '../../components/values/time.tsx';
import styles from './backfills.module.css';

type Planned = BackfillAnswerJson['windows'][number];

const DEEDS: Readonly<Record<Planned['deed'], string>> = {
  run: 'runs',
  rerun: 'runs again',
  follow: 'waits for the run that is under way',
};

const STANDINGS: Readonly<Record<Planned['standing'], string>> = {
  absent: 'not there yet',
  pending: 'waits',
  open: 'runs now',
  success: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** The windows that a backfill would take, how each stands now, and what would happen to it. */
export function PlannedWindows({ plan: { total, windows } }: { readonly plan: BackfillAnswerJson }): ReactNode {
  return (
    <div className={styles['plan']}>
      <p role="status">
        <strong>{total === 1 ? '1 window' : `${total.toLocaleString('en')} windows`}</strong>, in this order:
      </p>
      <PreviewList label="Windows of the plan" more={total - windows.length}>
        {windows.map(({ window, standing, deed }) => (
          <li key={`${window.start} ${window.end}`}>
            <WindowTime window={window} />
            <StatusBadge state={standing} words={STANDINGS[standing]} />
            <span>{DEEDS[deed]}</span>
          </li>
        ))}
      </PreviewList>
    </div>
  );
}
