import type { ReactNode } from 'react';

import type { AssetJson, AssetListJson } from '../../../../server/api/shapes/asset.ts';
import { type Listed, useList } from '../../api/queries.ts';
import { Link } from '../../components/controls/link.tsx';
import { SearchField } from '../../components/controls/search-field.tsx';
import { useFilter } from '../../components/filter/use-filter.ts';
import { EmptyState, Ready } from '../../components/states/states.tsx';
import { listHref } from './asset-address.ts';
import { AssetRows } from './asset-rows.tsx';
import styles from './assets.module.css';
import { NoAssets } from './no-assets.tsx';
import { SelectField } from './select-field.tsx';
import { groupSelection, narrowed, selectionMistake } from './selection-mistake.ts';

const AT_ONCE = 200;

/** Every asset below the name of its group: how it stands, when it was made last, and what its checks say. */
export function ListView(): ReactNode {
  const { values, set } = useFilter(['select', 'search']);
  const { select = '', search } = values;
  const list = useList<AssetJson, AssetListJson>('/assets', { select, search, limit: AT_ONCE });
  const mistake = selectionMistake(list.reading.error);
  return (
    <>
      <div className={styles['filters']}>
        <SearchField label="Search keys" value={search ?? ''} onChange={(text) => set('search', text)} />
        <SelectField value={select} mistake={mistake} onSelect={(text) => set('select', text)} />
      </div>
      {mistake === undefined ? (
        <Ready reading={list.reading} what="assets">
          {({ pages: [first] }) => (first === undefined ? null : <Shown first={first} list={list} select={select} />)}
        </Ready>
      ) : null}
    </>
  );
}

interface ShownProps {
  readonly first: AssetListJson;
  readonly list: Listed<AssetJson, AssetListJson>;
  readonly select: string;
}

function Shown({ first: { enabled, total, groups }, list, select }: ShownProps): ReactNode {
  if (!enabled) return <NoAssets />;
  if (total === 0) return <EmptyState title="No asset is selected">Search for less, or select others.</EmptyState>;
  return (
    <>
      <nav aria-label="Groups" className={styles['groups']}>
        <span>{`${total.toLocaleString('en')} ${total === 1 ? 'asset' : 'assets'}`}</span>
        {groups.length < 2
          ? null
          : groups.map(({ group, assets }) => (
              <Link key={group} href={listHref(narrowed(select, groupSelection(group)))}>
                {group === '' ? 'no group' : group} <small>{assets}</small>
              </Link>
            ))}
      </nav>
      <AssetRows list={list} groups={groups} />
    </>
  );
}
