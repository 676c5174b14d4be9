import type { ReactNode } from 'react';

import { Button } from '../controls/button.tsx';
import styles from './data.module.css';

interface MoreReading {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => Promise<unknown>;
}

/** Under a list that is longer than what is shown. */
export function MoreButton({ reading, what }: { readonly reading: MoreReading; readonly what: string }): ReactNode {
  if (!reading.hasNextPage) return null;
  return (
    <div className={styles['more']}>
      <Button onClick={() => void reading.fetchNextPage()} isBusy={reading.isFetchingNextPage}>
        More {what}
      </Button>
    </div>
  );
}
