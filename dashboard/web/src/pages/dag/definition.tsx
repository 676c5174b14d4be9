import type { ReactNode } from 'react';

import type { DagDetailJson } from '../../../../server/api/shapes/dag.ts';
import { Card, Section } from '../../components/page/section.tsx';
import { Command, CopyButton } from '../../components/values/copy-button.tsx';
import { FactList } from '../../components/values/fact-list.tsx';
import { Nothing, Time } from '../../components/values/time.tsx';
import { lengthText } from '../../format/length-text.ts';
import styles from './dag-page.module.css';

/** The dag as the engine knows it: its schedule, its policies, and its tasks as JSON. */
export function Definition({ dag }: { readonly dag: DagDetailJson }): ReactNode {
  const { id, settings, tasks, pools, maxActiveRuns, runTimeoutMs, sensors } = dag;
  const graph = JSON.stringify({ id, schedule: settings, maxActiveRuns, runTimeoutMs, sensors, tasks }, undefined, 2);
  return (
    <>
      <Card>
        <FactList
          facts={{
            ...scheduleFacts(settings),
            'Active runs at most': maxActiveRuns,
            'A run may take': runTimeoutMs === null ? <Nothing /> : lengthText(runTimeoutMs),
            Pools: pools.join(', '),
            'On the command line': <Command text={`windrow dags show ${id}`} />,
          }}
        />
      </Card>
      <Section title="Graph as JSON" beside={<CopyButton text={graph} what="definition as JSON" />}>
        <pre className={styles['code']} tabIndex={0} aria-label="Definition as JSON">
          {graph}
        </pre>
      </Section>
    </>
  );
}

function scheduleFacts(settings: DagDetailJson['settings']): Readonly<Record<string, ReactNode>> {
  if (settings === null) return { Schedule: 'none' };
  const { windows, zone, lagMs, start, catchUp, overlap, order } = settings;
  return {
    Windows: windows,
    Zone: zone,
    'Due after the end by': lengthText(lagMs),
    'First window': <Time at={start} precision="minute" />,
    'Missed windows': catchUp,
    'Runs beside each other': overlap,
    Order: order,
  };
}
