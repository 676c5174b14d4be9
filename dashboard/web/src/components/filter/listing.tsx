import type { ReactNode } from 'react';

import type { Listed } from '../../api/queries.ts';
import { MoreButton } from '../data/more-button.tsx';
import { EmptyState, ErrorState, LoadingState } from '../states/states.tsx';

interface ListingProps<Item> {
  readonly list: Listed<Item>;
  /** In the plural: `runs`. */
  readonly what: string;
  /** How the first one comes, where nothing narrows the list. */
  readonly whenEmpty: ReactNode;
  readonly children: (items: readonly Item[]) => ReactNode;
}

/** A list with its states, and a button for the next page. */
export function Listing<Item>({ list: { items, reading }, what, whenEmpty, children }: ListingProps<Item>): ReactNode {
  if (reading.isPending) return <LoadingState what={what} />;
  if (reading.error !== null && items.length === 0) {
    return <ErrorState error={reading.error} onRetry={() => void reading.refetch()} />;
  }
  if (items.length === 0) return <EmptyState title={`No ${what}`}>{whenEmpty}</EmptyState>;
  return (
    <>
      {children(items)}
      <MoreButton reading={reading} what={what} />
    </>
  );
}
