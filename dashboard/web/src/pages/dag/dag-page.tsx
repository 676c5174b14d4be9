import { type ReactNode, Suspense, lazy } from 'react';
import { useParams } from 'wouter';

import type { DagDetailJson } from '../../../../server/api/shapes/dag.ts';
import { useRead } from '../../api/queries.ts';
import { Tabs } from '../../components/controls/tabs.tsx';
import { Page } from '../../components/page/page.tsx';
import { LoadingState, Ready } from '../../components/states/states.tsx';
import { CopyButton } from '../../components/values/copy-button.tsx';
import { Definition } from './definition.tsx';
import styles from './dag-page.module.css';
import { DagFacts } from './dag-facts.tsx';
import { DagGrid } from './grid/dag-grid.tsx';
import { DagActions } from './operate/dag-actions.tsx';
import { Timeline } from './timeline.tsx';

const DagGraph = lazy(async () => ({ default: (await import('./dag-graph.tsx')).DagGraph }));
const Calendar = lazy(async () => ({ default: (await import('./calendar/calendar.tsx')).Calendar }));

const VIEWS = [
  { view: 'grid', title: 'Grid' },
  { view: 'graph', title: 'Graph' },
  { view: 'timeline', title: 'Timeline' },
  { view: 'calendar', title: 'Calendar' },
  { view: 'definition', title: 'Definition' },
] as const;

type View = (typeof VIEWS)[number]['view'];

/** One dag in five views. */
export function DagPage(): ReactNode {
  const { id, view } = useParams<{ id: string; view?: string }>();
  const reading = useRead<DagDetailJson>(`/dags/${encodeURIComponent(id)}`);
  const shown = VIEWS.find((one) => one.view === view)?.view ?? 'grid';
  const dag = reading.data;
  return (
    <Page
      title={id}
      trail={[{ text: 'Dags', href: '/dags' }]}
      badge={<CopyButton text={id} what="id of the dag" />}
      description={dag?.description ?? undefined}
      actions={dag === undefined ? undefined : <DagActions dag={dag} />}
    >
      <Ready reading={reading} what="dag">
        {(found) => (
          <>
            <DagFacts dag={found} />
            <Tabs
              label="Views of the dag"
              tabs={VIEWS.map((one) => ({
                href: one.view === 'grid' ? `/dags/${id}` : `/dags/${id}/${one.view}`,
                title: one.title,
                isCurrent: one.view === shown,
              }))}
            />
            <div className={styles['view']}>
              <Suspense fallback={<LoadingState what={shown} />}>
                <Shown view={shown} dag={found} />
              </Suspense>
            </div>
          </>
        )}
      </Ready>
    </Page>
  );
}

function Shown({ view, dag }: { readonly view: View; readonly dag: DagDetailJson }): ReactNode {
  switch (view) {
    case 'grid':
      return <DagGrid dag={dag.id} />;
    case 'graph':
      return <DagGraph tasks={dag.tasks} />;
    case 'timeline':
      return <Timeline dag={dag.id} />;
    case 'calendar':
      return <Calendar dag={dag.id} />;
    case 'definition':
      return <Definition dag={dag} />;
  }
}
