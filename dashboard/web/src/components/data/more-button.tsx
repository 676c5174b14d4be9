import type { ReactNode } from 'react';

import { Button } from '../controls/button.tsx';
import { ErrorState } from '../states/states.tsx';
import styles from './data.module.css';

interface MoreReading {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isFetchNextPageError: boolean;
  readonly error: Error | null;
  readonly fetchNextPage: () => Promise<unknown>;
}

/** Under a list that is longer than what is shown. */
export function MoreButton({ reading, what }: { readonly reading: MoreReading; readonly what: string }): ReactNode {
  if (!reading.hasNextPage) return null;
  const { error } = reading;
  return (
    <div className={styles['more']}>
      {reading.isFetchNextPageError && error !== null ? <ErrorState error={error} /> : null}
      <Button onClick={() => void reading.fetchNextPage()} isBusy={reading.isFetchingNextPage}>
        More {what}
      </Button>
    </div>
  );
}
