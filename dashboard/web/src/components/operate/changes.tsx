import type { ReactNode } from 'react';

import styles from './operate.module.css';

/** A column that a deed changes. */
export interface Change {
  readonly column: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What each column holds now and what it will hold. */
export function Changes({ changes }: { readonly changes: readonly Change[] }): ReactNode {
  if (changes.length === 0) return <p>No column changes.</p>;
  return (
    <div className={styles['scroll']}>
      <table className={styles['changes']} aria-label="Columns that change">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Now</th>
            <th scope="col">Then</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ column, before, after }) => (
            <tr key={column}>
              <th scope="row">
                <code>{column}</code>
              </th>
              <td>
                <del>{valueText(before)}</del>
              </td>
              <td>
                <ins>{valueText(after)}</ins>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
