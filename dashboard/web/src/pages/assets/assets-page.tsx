import type { ReactNode } from 'react';

import { Tabs } from '../../components/controls/tabs.tsx';
import { useFilter } from '../../components/filter/use-filter.ts';
import { Page } from '../../components/page/page.tsx';
import { lineageHref, listHref } from './asset-address.ts';
import { LineageView } from './lineage-view.tsx';
import { ListView } from './list-view.tsx';

/** All assets, as a list and as a graph; what is selected stays from one to the other. */
export function AssetsPage(): ReactNode {
  const { values } = useFilter(['select', 'view']);
  const { select = '' } = values;
  const isLineage = values.view === 'lineage';
  const tabs = [
    { href: listHref(select), title: 'List', isCurrent: !isLineage },
    { href: lineageHref(select), title: 'Lineage', isCurrent: isLineage },
  ];
  return (
    <Page title="Assets" description="What data exists, from what it is made, and whether it is good.">
      <Tabs label="Views of the assets" tabs={tabs} />
      {isLineage ? <LineageView /> : <ListView />}
    </Page>
  );
}
