import { task } from '#framework';
import { asset, assets, check, from, multiAsset, windows } from '#framework/assets';

const quarters = windows('15m', { start: '2026-01-01T00:00Z' });
const parent = asset('parent', { partitions: quarters }, ({ partition }) => {
  const text: string | null = partition;
  return { metadata: { rows: text?.length ?? 0, seen: { type: 'timestamp', value: '2026-01-01T00:00Z' } } };
});
asset('child', { deps: [parent, 'other', from(parent, { kind: 'offset', by: -1 })] }, async () => {});
multiAsset('two', { assets: { a: {}, b: {} } }, () => ({ a: { metadata: { rows: 1 } } }));
task('load', { run: ({ extensions }) => extensions.get(assets).materialized(parent, { metadata: { rows: 3 } }) });

// @ts-expect-error a moment is text with its type, so that it survives JSON
asset('dated', {}, () => ({ metadata: { at: new Date(0) } }));
// @ts-expect-error there is no such kind of fact
asset('typed', {}, () => ({ metadata: { rows: { type: 'number', value: 1 } } }));
// @ts-expect-error a dependency is an asset, a key, or what from() gives
asset('listed', { deps: [1] });
// @ts-expect-error a mapping by offset says by how much
from(parent, { kind: 'offset' });
// @ts-expect-error a check says whether it passed
check('silent', {}, () => ({ description: 'fine' }));
// @ts-expect-error a trigger rule is not for assets: what they wait for is what they are made from
asset('ruled', { rule: 'all_done' }, () => {});
