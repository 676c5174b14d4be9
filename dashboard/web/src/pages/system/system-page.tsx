import type { ReactNode } from 'react';

import type { SystemJson } from '../../../../server/api/shapes/installation.ts';
import { useRead } from '../../api/queries.ts';
import { Link } from '../../components/controls/link.tsx';
import { Page } from '../../components/page/page.tsx';
import { Card, Section } from '../../components/page/section.tsx';
import { Ready } from '../../components/states/states.tsx';
import { FactList } from '../../components/values/fact-list.tsx';
import { Nothing } from '../../components/values/time.tsx';
import { lengthText } from '../../format/length-text.ts';
import { sizeText } from '../../format/size-text.ts';
import { PoolTable } from './pool-table.tsx';
import { ProcessTable } from './process-table.tsx';
import { TableSizes } from './table-sizes.tsx';

/** Signs of life are no events. */
const AGAIN_MS = 5000;

/** What the installation consists of, and whether it keeps up. */
export function SystemPage(): ReactNode {
  const reading = useRead<SystemJson>('/system', {}, AGAIN_MS);
  return (
    <Page
      title="System"
      description="The processes of this installation, the queues between them and the database that holds the truth."
    >
      <Ready reading={reading} what="system">
        {(system) => (
          <>
            <Card>
              <FactList facts={factsOf(system)} />
            </Card>
            <Section title="Processes">
              <ProcessTable processes={system.processes} />
            </Section>
            <Section title="Pools" beside={<Link href="/queues">Look into the queues</Link>}>
              <PoolTable pools={system.pools} queues={system.queues} />
            </Section>
            <Section title="Tables of the database">
              <TableSizes tables={system.tables} />
            </Section>
          </>
        )}
      </Ready>
    </Page>
  );
}

function factsOf({
  version,
  migrations,
  backend,
  queues,
  hop,
  tables,
}: SystemJson): Readonly<Record<string, ReactNode>> {
  const queued = queues.reduce((sum, queue) => sum + queue.queued, 0);
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  return {
    Version: version,
    Schema: migrations.newest === null ? <Nothing /> : <code>{migrations.newest}</code>,
    'Queues on': backend === 'redis' ? 'Redis' : 'PostgreSQL',
    'Tasks in the queues': queued.toLocaleString('en'),
    'From sent to begun': <Hop hop={hop} />,
    Database: sizeText(bytes),
  };
}

function Hop({ hop: { tries, medianMs, p95Ms } }: { readonly hop: SystemJson['hop'] }): ReactNode {
  if (medianMs === null || p95Ms === null) return <Nothing />;
  return (
    <span title={`Over the newest ${tries} tries, with what they waited for a free worker`}>
      {lengthText(medianMs)} median, {lengthText(p95Ms)} p95
    </span>
  );
}
