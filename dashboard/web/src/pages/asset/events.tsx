import type { ReactNode } from 'react';

import type { AssetEventJson } from '../../../../server/api/shapes/asset.ts';
import { useList } from '../../api/queries.ts';
import { Listing } from '../../components/filter/listing.tsx';
import { assetPath } from '../assets/asset-address.ts';
import { EventList } from './event-list.tsx';

interface EventsProps {
  readonly asset: string;
  /** Only of this one. */
  readonly partition?: string;
}

/** Everything that happened to an asset, newest first: what was made, seen and checked. */
export function Events({ asset, partition }: EventsProps): ReactNode {
  const list = useList<AssetEventJson>(`${assetPath(asset)}/events`, { partition });
  return (
    <Listing list={list} what="events" whenEmpty="An event comes with each materialization, observation and check.">
      {(events) => <EventList events={events} />}
    </Listing>
  );
}
