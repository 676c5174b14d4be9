import type { ReactNode } from 'react';

import { Problem } from '../../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Icon } from '../values/icon.tsx';
import styles from './states.module.css';

/** Where there is nothing yet, what will be there and how it comes. */
export function EmptyState({ title, children }: { readonly title: string; readonly children?: ReactNode }): ReactNode {
  return (
    <div className={styles['empty']}>
      <strong>{title}</strong>
      {children === undefined ? null : <div>{children}</div>}
    </div>
  );
}

/** Holds the place of what is being asked for. */
export function LoadingState({ what }: { readonly what: string }): ReactNode {
  return (
    <div className={styles['loading']} role="status">
      <span className="unseen">Loading {what} …</span>
      <i />
      <i />
      <i />
    </div>
  );
}

export interface ErrorStateProps {
  readonly error: Error;
  /** Asks again; without it there is no button. */
  readonly onRetry?: () => void;
}

/** What could not be had, why, and a button that asks again. */
export function ErrorState({ error, onRetry }: ErrorStateProps): ReactNode {
  const { title, code } = error instanceof Problem ? error : { title: 'This page has a fault', code: error.name };
  return (
    <div className={styles['error']} role="alert">
      <Icon name="cross" size={18} />
      <div>
        <strong>{title}</strong>
        <p>{error.message}</p>
        <code>{code}</code>
      </div>
      {onRetry === undefined ? null : <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

interface Reading<Data> {
  readonly data: Data | undefined;
  readonly error: Error | null;
  readonly refetch: () => Promise<unknown>;
}

export interface ReadyProps<Data> {
  readonly reading: Reading<Data>;
  readonly what: string;
  readonly children: (data: Data) => ReactNode;
}

/** Shows data once it is there, and until then why it is not. */
export function Ready<Data>({ reading, what, children }: ReadyProps<Data>): ReactNode {
  const { data, error, refetch } = reading;
  if (data !== undefined) return children(data);
  if (error === null) return <LoadingState what={what} />;
  return <ErrorState error={error} onRetry={() => void refetch()} />;
}
