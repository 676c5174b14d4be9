import type { AssetJson } from '../../../../server/api/shapes/asset.ts';

/** What a failed check said, behind its name: ` failed for 2026-01-20: 0 rows.` */
export function checkSentence({ partition, description }: AssetJson['checks'][number]): string {
  const of = partition === null ? '' : ` for ${partition}`;
  const said = description === null ? '' : `: ${description.trimEnd()}`;
  return ` failed${of}${said}${/[.!?]$/.test(said) ? '' : '.'}`;
}
