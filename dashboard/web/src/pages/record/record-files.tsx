import type { ReactNode } from 'react';

import type { SourceFileJson } from '../../../../server/api/shapes/file.ts';
import { useList } from '../../api/queries.ts';
import { Listing } from '../../components/filter/listing.tsx';
import { FileTable } from '../files/file-table.tsx';

/** The files that the window was made from. */
export function RecordFiles({ record }: { readonly record: number }): ReactNode {
  const list = useList<SourceFileJson>('/files', { record, limit: 200 });
  return (
    <Listing
      list={list}
      what="files"
      whenEmpty="The window has taken no file in, or another window had loaded it already."
    >
      {(files) => <FileTable files={files} showsRecord={false} />}
    </Listing>
  );
}
