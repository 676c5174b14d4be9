import type { ReactNode } from 'react';

import type { SourceFileJson } from '../../../../server/api/shapes/file.ts';
import { useList } from '../../api/queries.ts';
import { Choice } from '../../components/controls/choice.tsx';
import { SearchField } from '../../components/controls/search-field.tsx';
import { DagFilter, FilterBar, StateFilter } from '../../components/filter/filter-bar.tsx';
import { Listing } from '../../components/filter/listing.tsx';
import { useFilter } from '../../components/filter/use-filter.ts';
import { FileTable } from './file-table.tsx';

const STATES = ['STAGED', 'LOADED', 'REPLACED'];
const CONFLICTS = [
  { value: '', words: 'any' },
  { value: 'true', words: 'changed after its load' },
];

/** Every file that a source has brought, the one that came last first. */
export function FileList(): ReactNode {
  const { values, set } = useFilter(['pipeline', 'status', 'prefix', 'conflict']);
  const list = useList<SourceFileJson>('/files', values);
  return (
    <>
      <FilterBar>
        <SearchField
          label="Path begins with"
          value={values.prefix ?? ''}
          onChange={(typed) => set('prefix', typed.trimStart())}
        />
        <DagFilter
          label="Source of"
          value={values.pipeline}
          isPipeline
          onChange={(chosen) => set('pipeline', chosen)}
        />
        <StateFilter value={values.status} states={STATES} onChange={(status) => set('status', status)} />
        <Choice
          label="Conflict"
          value={values.conflict ?? ''}
          options={CONFLICTS}
          onChange={(conflict) => set('conflict', conflict)}
        />
      </FilterBar>
      <Listing
        list={list}
        what="files"
        whenEmpty="A pipeline whose source brings files takes each in once, by its path and checksum: the same file is never loaded twice, and one that changed stops its window."
      >
        {(files) => <FileTable files={files} showsRecord />}
      </Listing>
    </>
  );
}
