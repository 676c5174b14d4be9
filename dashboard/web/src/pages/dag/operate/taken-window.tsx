import type { ReactNode } from 'react';

import type { RecordJson } from '../../../../../server/api/shapes/record.ts';
import { useRead } from '../../../api/queries.ts';
import { Link } from '../../../components/controls/link.tsx';
import { StatusBadge } from '../../../components/values/status-badge.tsx';

interface AskedWindow {
  readonly start: string;
  readonly end: string;
}

/** The record that keeps the window from a first run; a window without one, or with one that waits, can be run. */
export function useTakenWindow(pipeline: string, window: AskedWindow | undefined): RecordJson | undefined {
  const within = window === undefined ? { limit: 1 } : { from: window.start, to: window.end };
  const { data } = useRead<{ readonly items: readonly RecordJson[] }>('/records', { pipeline, ...within });
  if (window === undefined) return undefined;
  return data?.items.find((record) => record.status !== 'PENDING' && isSame(record.window, window));
}

function isSame(one: AskedWindow, other: AskedWindow): boolean {
  return Date.parse(one.start) === Date.parse(other.start) && Date.parse(one.end) === Date.parse(other.end);
}

/** Why a window is not run from here, and where it is run again. */
export function TakenWindow({ record: { id, status } }: { readonly record: RecordJson }): ReactNode {
  return (
    <p role="alert">
      This window has been run: <Link href={`/records/${id}`}>{`Record ${id}`}</Link> is <StatusBadge state={status} />.
      Run it again from the page of its record.
    </p>
  );
}
