import type { ReactNode } from 'react';

import type { SchemaDriftJson } from '../../../../server/api/shapes/drift.ts';
import { useList } from '../../api/queries.ts';
import { Listing } from '../../components/filter/listing.tsx';
import { DriftTable } from '../drift/drift-table.tsx';

/** What the window changed in the tables that it was loaded into, or asked to change. */
export function RecordDrift({ record }: { readonly record: number }): ReactNode {
  const list = useList<SchemaDriftJson>('/drift', { record, limit: 200 });
  return (
    <Listing list={list} what="schema changes" whenEmpty="The window has found every table as it needs it.">
      {(drift) => <DriftTable drift={drift} showsWindow={false} />}
    </Listing>
  );
}
