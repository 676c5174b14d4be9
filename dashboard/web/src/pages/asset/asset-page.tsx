import { type ReactNode, Suspense, lazy } from 'react';
import { useParams, useSearchParams } from 'wouter';

import type { AssetDetailJson } from '../../../../server/api/shapes/asset.ts';
import { useRead } from '../../api/queries.ts';
import { Tabs } from '../../components/controls/tabs.tsx';
import { Found } from '../../components/page/found.tsx';
import { Page } from '../../components/page/page.tsx';
import { LoadingState } from '../../components/states/states.tsx';
import { CopyButton } from '../../components/values/copy-button.tsx';
import { assetHref, assetPath, listHref } from '../assets/asset-address.ts';
import { AssetStatusBadge, FreshnessBadge, Kinds } from '../assets/asset-marks.tsx';
import { groupSelection } from '../assets/selection-mistake.ts';
import styles from './asset-page.module.css';
import { Automation } from './automation/automation.tsx';
import { Checks } from './checks.tsx';
import { AssetActions } from './deeds/asset-actions.tsx';
import { Events } from './events.tsx';
import { Overview } from './overview.tsx';
import { PartitionsView } from './partitions/partitions-view.tsx';

const LineageAround = lazy(async () => ({ default: (await import('./lineage-around.tsx')).LineageAround }));

const VIEWS = ['overview', 'partitions', 'checks', 'events', 'lineage', 'automation'] as const;
type View = (typeof VIEWS)[number];

const TITLES: Readonly<Record<View, string>> = {
  overview: 'Overview',
  partitions: 'Partitions',
  checks: 'Checks',
  events: 'Events',
  lineage: 'Lineage',
  automation: 'Automation',
};

/** One asset: how it stands and why, what was made of it, what its checks say, and what it hangs together with. */
export function AssetPage(): ReactNode {
  const { '*': key } = useParams<{ '*': string }>();
  const reading = useRead<AssetDetailJson>(assetPath(key));
  return (
    <Found reading={reading} what="asset" title={key} trail={[{ text: 'Assets', href: '/assets' }]}>
      {(asset) => <Shown key={asset.key} asset={asset} />}
    </Found>
  );
}

function Shown({ asset }: { readonly asset: AssetDetailJson }): ReactNode {
  const [search] = useSearchParams();
  const view = VIEWS.find((one) => one === search.get('view')) ?? 'overview';
  const { key, group, description, kinds, freshness } = asset;
  return (
    <Page
      title={key}
      trail={[
        { text: 'Assets', href: '/assets' },
        ...(group === '' ? [] : [{ text: group, href: listHref(groupSelection(group)) }]),
      ]}
      badge={
        <>
          <AssetStatusBadge asset={asset} />
          <FreshnessBadge freshness={freshness} />
          <Kinds kinds={kinds} />
          <CopyButton text={key} what="key of the asset" />
        </>
      }
      description={description ?? undefined}
      actions={<AssetActions asset={asset} />}
    >
      <Tabs label="Views of the asset" tabs={tabsOf(asset, view)} />
      <div className={styles['view']}>
        <Suspense fallback={<LoadingState what={view} />}>
          <ShownView view={view} asset={asset} />
        </Suspense>
      </div>
    </Page>
  );
}

function tabsOf({ key, checkList }: AssetDetailJson, shown: View) {
  return VIEWS.map((view) => ({
    href: assetHref(key, view === 'overview' ? {} : { view }),
    title: view === 'checks' && checkList.length > 0 ? `Checks (${checkList.length})` : TITLES[view],
    isCurrent: view === shown,
  }));
}

function ShownView({ view, asset }: { readonly view: View; readonly asset: AssetDetailJson }): ReactNode {
  switch (view) {
    case 'overview':
      return <Overview asset={asset} />;
    case 'partitions':
      return <PartitionsView asset={asset} />;
    case 'checks':
      return <Checks asset={asset} />;
    case 'events':
      return <Events asset={asset.key} />;
    case 'lineage':
      return <LineageAround asset={asset} />;
    case 'automation':
      return <Automation asset={asset} />;
  }
}
