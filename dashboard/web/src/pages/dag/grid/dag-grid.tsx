import { type ReactNode, useMemo } from 'react';
import { useSearchParams } from 'wouter';

import { EmptyState, Ready } from '../../../components/states/states.tsx';
import { useWindows } from '../use-windows.ts';
import { CellPanel } from './cell-panel.tsx';
import styles from './dag-grid.module.css';
import { GridCells } from './grid-cells.tsx';
import { joinedGrid } from './joined-grid.ts';
import { type Looked, columnKey } from './looked.ts';
import { GridLegend } from './grid-legend.tsx';

const AT_ONCE = 200;

/** Windows by tasks, the newest first; older ones come as one scrolls to them. */
export function DagGrid({ dag }: { readonly dag: string }): ReactNode {
  const { reading } = useWindows(dag, AT_ONCE);
  const grid = useMemo(() => joinedGrid(reading.data?.pages ?? []), [reading.data]);
  const [search, setSearch] = useSearchParams();
  const looked = { column: search.get('column') ?? '', task: search.get('task') ?? undefined };
  const look = ({ column, task }: Looked): void =>
    setSearch(task === undefined ? { column } : { column, task }, { replace: true });
  const shown = grid.columns.find(({ column }) => columnKey(column) === looked.column);
  return (
    <Ready reading={reading} what="grid">
      {() =>
        grid.columns.length === 0 ? (
          <EmptyState title="This dag has no windows and no runs yet" />
        ) : (
          <div className={styles['beside']} data-open={shown !== undefined}>
            <div className={styles['whole']}>
              <GridCells grid={grid} reading={reading} looked={looked} onLook={look} />
              <GridLegend />
            </div>
            {shown === undefined ? null : (
              <CellPanel
                key={looked.column}
                column={shown.column}
                task={looked.task}
                onClose={() => setSearch({}, { replace: true })}
              />
            )}
          </div>
        )
      }
    </Ready>
  );
}
