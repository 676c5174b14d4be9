import type { ReactNode } from 'react';

import type { AssetDetailJson } from '../../../../server/api/shapes/asset.ts';
import { Link } from '../../components/controls/link.tsx';
import { MetadataList } from '../../components/metadata/metadata-list.tsx';
import { Card, Section } from '../../components/page/section.tsx';
import { EmptyState, Ready } from '../../components/states/states.tsx';
import { FactList } from '../../components/values/fact-list.tsx';
import { Ago, Nothing, Time } from '../../components/values/time.tsx';
import { assetHref, listHref } from '../assets/asset-address.ts';
import { groupSelection } from '../assets/selection-mistake.ts';
import styles from './asset-page.module.css';
import { CheckList } from './check-list.tsx';
import { PartitionBar } from './partitions/partition-bar.tsx';
import { usePartitions } from './partitions/use-partitions.ts';
import { Plots } from './plots.tsx';
import { Standing } from './standing.tsx';

/** An asset at a glance. */
export function Overview({ asset }: { readonly asset: AssetDetailJson }): ReactNode {
  const { key, last, metadata, checkList, partitions } = asset;
  return (
    <div className={styles['overview']}>
      <Standing asset={asset} />
      <FactList facts={factsOf(asset)} />
      {partitions === null ? null : <Bar asset={asset} />}
      <Plots asset={key} />
      <div className={styles['columns']}>
        <Section title="Checks">
          {checkList.length === 0 ? (
            <EmptyState title="No check looks at it" />
          ) : (
            <Card>
              <CheckList asset={key} checks={checkList} />
            </Card>
          )}
        </Section>
        <Section title="Last materialization" beside={last === null ? undefined : <Ago at={last.at} />}>
          {last === null ? (
            <EmptyState title="It was never made" />
          ) : (
            <Card>
              {Object.keys(last.metadata).length === 0 ? 'It tells nothing of itself.' : null}
              <MetadataList metadata={last.metadata} />
            </Card>
          )}
        </Section>
        {Object.keys(metadata).length === 0 ? null : (
          <Section title="What the code says">
            <Card>
              <MetadataList metadata={metadata} />
            </Card>
          </Section>
        )}
      </div>
    </div>
  );
}

function Bar({ asset: { key } }: { readonly asset: AssetDetailJson }): ReactNode {
  const reading = usePartitions(key);
  return (
    <Section title="Partitions" beside={<Link href={assetHref(key, { view: 'partitions' })}>All partitions</Link>}>
      <Card>
        <Ready reading={reading} what="partitions">
          {(partitions) => <PartitionBar asset={key} partitions={partitions} />}
        </Ready>
      </Card>
    </Section>
  );
}

function factsOf(asset: AssetDetailJson): Readonly<Record<string, ReactNode>> {
  const { group, owners, tags, maker, cut, codeVersion, last, freshness, freshnessPolicy, automation } = asset;
  return {
    'Last made': <LastMade last={last} />,
    Freshness:
      freshness === null ? (
        (freshnessPolicy ?? <Nothing />)
      ) : (
        <span title={freshness.sentence}>
          {freshnessPolicy ?? freshness.state} · since <Time at={freshness.since} precision="minute" />
        </span>
      ),
    'Made by': <MadeBy maker={maker} />,
    Partitions: cut ?? 'one whole',
    Automation: automation ?? <Nothing />,
    Group: group === '' ? <Nothing /> : <Link href={listHref(groupSelection(group))}>{group}</Link>,
    Owners: owners.length === 0 ? <Nothing /> : owners.join(', '),
    Tags: <Tags tags={tags} />,
    'Code version': codeVersion === null ? <Nothing /> : <code>{codeVersion}</code>,
  };
}

function LastMade({ last }: Pick<AssetDetailJson, 'last'>): ReactNode {
  if (last === null) return 'never';
  const { at, partition, runId } = last;
  return (
    <span className={styles['mixed']}>
      <Time at={at} />
      {partition === null ? null : ` · ${partition}`}
      {runId === null ? null : (
        <>
          {' · '}
          <Link href={`/runs/${runId}`}>{`run ${runId}`}</Link>
        </>
      )}
    </span>
  );
}

function MadeBy({ maker }: Pick<AssetDetailJson, 'maker'>): ReactNode {
  if (maker.kind === 'external') return 'another system';
  const dag = <Link href={`/dags/${encodeURIComponent(maker.dagId)}`}>{maker.dagId}</Link>;
  if (maker.kind === 'pipeline') return dag;
  return (
    <span className={styles['mixed']}>
      {dag} · {maker.taskId}
    </span>
  );
}

function Tags({ tags }: Pick<AssetDetailJson, 'tags'>): ReactNode {
  const entries = Object.entries(tags);
  if (entries.length === 0) return <Nothing />;
  return entries.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join(', ');
}
