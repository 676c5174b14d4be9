import type { ReactNode } from 'react';

import type { AuditEntryJson } from '../../../../server/api/shapes/access.ts';
import { useList } from '../../api/queries.ts';
import { SearchField } from '../../components/controls/search-field.tsx';
import { DagFilter, FilterBar } from '../../components/filter/filter-bar.tsx';
import { Listing } from '../../components/filter/listing.tsx';
import { useFilter } from '../../components/filter/use-filter.ts';
import { SpanFilter } from '../../components/filter/span-filter.tsx';
import { Page } from '../../components/page/page.tsx';
import { ForAdmins } from '../../components/states/for-admins.tsx';
import { AuditTable } from './audit-table.tsx';

/** What people did, and who was refused. */
export function AuditPage(): ReactNode {
  return (
    <Page
      title="Audit log"
      description="What people did, and programs for them: here, by the API and at the command line."
    >
      <ForAdmins>
        <Deeds />
      </ForAdmins>
    </Page>
  );
}

function Deeds(): ReactNode {
  const { values, set } = useFilter(['actor', 'action', 'dag', 'run', 'record', 'from', 'to']);
  const list = useList<AuditEntryJson>('/audit', values);
  return (
    <>
      <FilterBar>
        <SearchField label="Who" value={values.actor ?? ''} onChange={(actor) => set('actor', actor.trim())} />
        <SearchField
          label="Did, such as login_failed"
          value={values.action ?? ''}
          onChange={(did) => set('action', did.trim())}
        />
        <DagFilter value={values.dag} onChange={(dag) => set('dag', dag)} />
        <SpanFilter label="From" from={values.from} to={values.to} onChange={set} />
        {(['run', 'record'] as const).map((what) =>
          values[what] === undefined ? null : (
            <SearchField key={what} label={`Id of the ${what}`} value={values[what]} onChange={(id) => set(what, id)} />
          ),
        )}
      </FilterBar>
      <Listing list={list} what="deeds" whenEmpty="Nobody has done such a thing.">
        {(entries) => <AuditTable entries={entries} />}
      </Listing>
    </>
  );
}
