import type { ReactNode } from 'react';

import type { MetadataJson } from '../../../../server/api/shapes/metadata.ts';
import styles from './metadata.module.css';
import { MetadataValue } from './metadata-value.tsx';
import { metadataName } from './metadata-text.ts';

/** Facts by name, each shown as its type asks for. */
export function MetadataList({ metadata }: { readonly metadata: MetadataJson }): ReactNode {
  return (
    <dl className={styles['list']}>
      {Object.entries(metadata).map(([name, entry]) => (
        <div key={name}>
          <dt title={entry.type}>{metadataName(name)}</dt>
          <dd>
            <MetadataValue name={name} entry={entry} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
