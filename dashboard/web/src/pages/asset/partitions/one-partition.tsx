import type { ReactNode } from 'react';

import type { AssetDetailJson, AssetPartitionJson } from '../../../../../server/api/shapes/asset.ts';
import { useRead } from '../../../api/queries.ts';
import { Link } from '../../../components/controls/link.tsx';
import { Card, Section } from '../../../components/page/section.tsx';
import { Ready } from '../../../components/states/states.tsx';
import { CopyButton } from '../../../components/values/copy-button.tsx';
import { FactList } from '../../../components/values/fact-list.tsx';
import { StatusBadge } from '../../../components/values/status-badge.tsx';
import { Nothing, Time, WindowTime } from '../../../components/values/time.tsx';
import { assetPath } from '../../assets/asset-address.ts';
import { Events } from '../events.tsx';

interface OnePartitionProps {
  readonly asset: AssetDetailJson;
  readonly partition: string;
}

/** One partition: its window, the run and the record that made it, and all that happened to it. */
export function OnePartition({ asset: { key }, partition }: OnePartitionProps): ReactNode {
  const reading = useRead<AssetPartitionJson>(`${assetPath(key)}/partitions/${encodeURIComponent(partition)}`);
  return (
    <Section title={`Partition ${partition}`} beside={<CopyButton text={partition} what="key of the partition" />}>
      <Ready reading={reading} what="partition">
        {(found) => (
          <Card>
            <FactList facts={factsOf(found)} />
          </Card>
        )}
      </Ready>
      <Section title="Its events">
        <Events asset={key} partition={partition} />
      </Section>
    </Section>
  );
}

function factsOf({ state, window, name, made, failedRunId }: AssetPartitionJson): Readonly<Record<string, ReactNode>> {
  return {
    State: <StatusBadge state={state} />,
    ...(window === null ? {} : { Window: <WindowTime window={window} /> }),
    ...(name === null ? {} : { Name: name }),
    'Last made': made === null ? 'never' : <Time at={made.at} />,
    'Made by': made === null ? <Nothing /> : <MadeBy made={made} />,
    ...(failedRunId === null ? {} : { 'Failed in': <Link href={`/runs/${failedRunId}`}>{`run ${failedRunId}`}</Link> }),
  };
}

function MadeBy({ made: { runId, recordId } }: { readonly made: NonNullable<AssetPartitionJson['made']> }): ReactNode {
  return (
    <>
      {runId === null ? <Nothing /> : <Link href={`/runs/${runId}`}>{`run ${runId}`}</Link>}
      {recordId === null ? null : (
        <>
          {' · '}
          <Link href={`/records/${recordId}`}>{`record ${recordId}`}</Link>
        </>
      )}
    </>
  );
}
