import { type ReactNode, useState } from 'react';

import type { LoadReceiptJson, LoadedTableJson } from '../../../../server/api/shapes/receipt.ts';
import { useRead } from '../../api/queries.ts';
import { Button } from '../../components/controls/button.tsx';
import { type Column, DataTable } from '../../components/data/data-table.tsx';
import { EmptyState, Ready } from '../../components/states/states.tsx';
import { Command } from '../../components/values/copy-button.tsx';
import { FactList } from '../../components/values/fact-list.tsx';
import { JsonView } from '../../components/json-view/json-view.tsx';
import { Nothing } from '../../components/values/time.tsx';
import styles from './record-page.module.css';
import { receiptFacts } from './receipt-facts.ts';

const COLUMNS: readonly Column<LoadedTableJson>[] = [
  { id: 'table', title: 'Table', cell: ({ table }) => <code>{table}</code>, sortBy: ({ table }) => table },
  {
    id: 'written',
    title: 'Inserted or updated',
    cell: ({ written }) => count(written),
    sortBy: ({ written }) => written,
    align: 'end',
  },
  {
    id: 'deleted',
    title: 'Deleted',
    cell: ({ deleted }) => count(deleted),
    sortBy: ({ deleted }) => deleted,
    align: 'end',
  },
];

/** What the target said of the last load of the window: how, and what each table got. */
export function LoadReceipt({ record }: { readonly record: number }): ReactNode {
  const reading = useRead<{ readonly receipt: LoadReceiptJson | null }>(`/records/${record}/receipt`);
  return (
    <Ready reading={reading} what="load receipt">
      {({ receipt }) =>
        receipt === null ? (
          <EmptyState title="Not loaded yet">The target gives a receipt when it has loaded the window.</EmptyState>
        ) : (
          <ShownReceipt receipt={receipt} />
        )
      }
    </Ready>
  );
}

function ShownReceipt({ receipt }: { readonly receipt: LoadReceiptJson }): ReactNode {
  const { facts, command, rest } = receiptFacts(receipt);
  const shown = Object.entries(facts).map(([name, value]) => [name, value ?? <Nothing />] as const);
  return (
    <div className={styles['receipt']}>
      <FactList facts={Object.fromEntries(shown)} />
      {command === null ? null : (
        <p className={styles['kept']}>
          The rows in quarantine, with their reasons <Command text={command} />
        </p>
      )}
      {Object.keys(rest).length === 0 ? null : <JsonView value={rest} label="Details of the load" />}
      {receipt.loaded.length === 0 ? (
        <p className={styles['kept']}>This target does not tell what each table got.</p>
      ) : (
        <LoadedTables loaded={receipt.loaded} />
      )}
    </div>
  );
}

const FIRST = 10;

/** Those that got most, and all of them on request. */
function LoadedTables({ loaded }: Pick<LoadReceiptJson, 'loaded'>): ReactNode {
  const [isWhole, setIsWhole] = useState(loaded.length <= FIRST);
  const rows = loaded.toSorted((a, b) => b.written + b.deleted - a.written - a.deleted);
  return (
    <>
      <DataTable
        label="Loaded tables"
        rows={isWhole ? rows : rows.slice(0, FIRST)}
        columns={COLUMNS}
        rowKey={({ table }) => table}
      />
      {isWhole ? null : (
        <div>
          <Button onClick={() => setIsWhole(true)}>Show all {count(loaded.length)} tables</Button>
        </div>
      )}
    </>
  );
}

function count(rows: number): ReactNode {
  return rows === 0 ? <Nothing /> : rows.toLocaleString('en');
}
