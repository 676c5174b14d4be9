import type { ReactNode } from 'react';

import type { DagDetailJson } from '../../../../server/api/shapes/dag.ts';
import type { AssetListJson } from '../../../../server/api/shapes/asset.ts';
import { useRead } from '../../api/queries.ts';
import { Link } from '../../components/controls/link.tsx';
import { RunBars } from '../../components/data/run-bars.tsx';
import { FactList } from '../../components/values/fact-list.tsx';
import { Nothing, Time } from '../../components/values/time.tsx';
import { listHref } from '../assets/asset-address.ts';
import styles from './dag-page.module.css';

/** The line under the heading: when it runs, what waits, how it went lately. */
export function DagFacts({ dag }: { readonly dag: DagDetailJson }): ReactNode {
  const { id, schedule, sensors, pendingWindows, failedWindows, recentRuns, tags } = dag;
  const select = `dag:"${id}"`;
  const assets = useRead<AssetListJson>('/assets', { select, limit: 1 }).data?.total ?? 0;
  return (
    <div className={styles['facts']}>
      <FactList
        facts={{
          Windows: schedule ?? (sensors.length > 0 ? `sensor ${sensors.join(', ')}` : 'started by hand'),
          'Next window': <NextWindow dag={dag} />,
          'Windows waiting': <Windows dag={id} status="PENDING" count={pendingWindows} />,
          'Windows failed': <Windows dag={id} status="FAILED" count={failedWindows} />,
          'Last runs': recentRuns.length === 0 ? <Nothing /> : <RunBars dag={id} runs={recentRuns} />,
          ...(assets === 0
            ? {}
            : { 'Makes assets': <Link href={listHref(select)}>{assets.toLocaleString('en')}</Link> }),
          ...(tags.length === 0 ? {} : { Tags: tags.join(', ') }),
        }}
      />
    </div>
  );
}

function NextWindow({ dag: { schedule, nextDueAt } }: { readonly dag: DagDetailJson }): ReactNode {
  if (schedule === null) return <Nothing />;
  if (nextDueAt === null) return 'none, the dag is paused';
  return <Time at={nextDueAt} precision="minute" />;
}

interface WindowsProps {
  readonly dag: string;
  readonly status: string;
  readonly count: number;
}

function Windows({ dag, status, count }: WindowsProps): ReactNode {
  if (count === 0) return <Nothing />;
  return (
    <Link href={`/records?pipeline=${encodeURIComponent(dag)}&status=${status}`}>{count.toLocaleString('en')}</Link>
  );
}
