import type { ReactNode } from 'react';

import { CopyButton } from '../../components/values/copy-button.tsx';
import styles from './record-page.module.css';

/** The row of `pipeline_records`, column by column. */
export function AllFields({ fields }: { readonly fields: Readonly<Record<string, unknown>> }): ReactNode {
  return (
    <details>
      <summary>
        The row of <code>pipeline_records</code>
      </summary>
      <CopyButton text={JSON.stringify(fields, null, 2)} what="row as JSON" />
      <dl className={styles['fields']}>
        {Object.entries(fields).map(([column, value]) => (
          <div key={column}>
            <dt>
              <code>{column}</code>
            </dt>
            <dd data-empty={value === null}>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
