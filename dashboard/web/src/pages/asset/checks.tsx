import type { ReactNode } from 'react';

import type { AssetCheckResultJson, AssetDetailJson } from '../../../../server/api/shapes/asset.ts';
import { useList } from '../../api/queries.ts';
import { Choice } from '../../components/controls/choice.tsx';
import { Listing } from '../../components/filter/listing.tsx';
import { useFilter } from '../../components/filter/use-filter.ts';
import { Card, Section } from '../../components/page/section.tsx';
import { EmptyState } from '../../components/states/states.tsx';
import { assetPath } from '../assets/asset-address.ts';
import { CheckList } from './check-list.tsx';
import { EventList } from './event-list.tsx';

/** The checks of an asset, and all that one of them has said. */
export function Checks({ asset: { key, checkList } }: { readonly asset: AssetDetailJson }): ReactNode {
  const { values, set } = useFilter(['check']);
  const [first] = checkList;
  const shown = values.check ?? first?.name;
  if (shown === undefined) {
    return (
      <EmptyState title="No check looks at this asset">
        A check is given with the asset: checks: [rowCount(…)].
      </EmptyState>
    );
  }
  // A link may name a check that the code has no more; its history is there.
  const names = new Set([...checkList.map(({ name }) => name), shown]);
  return (
    <>
      <Card>
        <CheckList asset={key} checks={checkList} />
      </Card>
      <Section
        title="History"
        beside={
          <Choice
            label="Check"
            value={shown}
            options={[...names].map((name) => ({ value: name, words: name }))}
            onChange={(name) => set('check', name)}
          />
        }
      >
        <Results key={shown} asset={key} check={shown} />
      </Section>
    </>
  );
}

function Results({ asset, check }: { readonly asset: string; readonly check: string }): ReactNode {
  const list = useList<AssetCheckResultJson>(`${assetPath(asset)}/checks/${encodeURIComponent(check)}`);
  return (
    <Listing list={list} what="results" whenEmpty="A result comes with each run of the check.">
      {(results) => <EventList events={results} />}
    </Listing>
  );
}
