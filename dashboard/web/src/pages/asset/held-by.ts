import type { AssetDetailJson, AssetJson } from '../../../../server/api/shapes/asset.ts';

import { checkSentence } from './check-sentence.ts';

interface Holding {
  readonly parent: AssetJson;
  readonly why: string;
}

/** Parents that are not good themselves and since when the asset was not made, each with what is wrong. */
export function heldBy({
  maker,
  last,
  parents,
}: Pick<AssetDetailJson, 'maker' | 'last' | 'parents'>): readonly Holding[] {
  if (maker.kind === 'external') return [];
  return parents.flatMap((parent) => {
    const refused = parent.checks.filter(
      ({ passed, severity, at }) => !passed && severity === 'error' && (last === null || last.at < at),
    );
    if (refused.length > 0)
      return [{ parent, why: refused.map((check) => `its check ${check.name}${checkSentence(check)}`).join(' ') }];
    const isAway = parent.status === 'missing' || (parent.status === 'failed' && last === null);
    return isAway ? [{ parent, why: parent.statusText }] : [];
  });
}
