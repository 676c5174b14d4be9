import { describe, expect, it } from 'vitest';

import { BOX, layoutLineage } from '../../../dashboard/web/src/pages/assets/lineage/layout-lineage.ts';
import { type Lineage, type Picture, pictureOf } from '../../../dashboard/web/src/pages/assets/lineage/picture-of.ts';
import { assetExample } from './asset-examples.ts';

const LAYERS = ['vault', 'stage', 'redshift', 'marts'];

/** So many assets in each of four groups, each made from its namesake in the group before. */
function layered(perGroup: number): Lineage {
  const numbers = Array.from({ length: perGroup }, (_, index) => index);
  const nodes = LAYERS.flatMap((group) => numbers.map((index) => assetExample(`${group}/t${index}`)));
  const edges = LAYERS.slice(1).flatMap((group, depth) =>
    numbers.map((index) => ({ from: `${LAYERS[depth]}/t${index}`, to: `${group}/t${index}` })),
  );
  return lineage({ nodes, edges });
}

function lineage(given: Partial<Lineage>): Lineage {
  return { nodes: [], edges: [], isCut: false, groups: [], groupEdges: [], ...given };
}

function idsOf({ boxes }: Picture): readonly string[] {
  return boxes.map(({ id }) => id);
}

describe('the picture of a lineage', () => {
  it('shows each asset while there are few', () => {
    const { boxes, arrows } = pictureOf(layered(3));
    expect(boxes).toHaveLength(12);
    expect(boxes.every(({ kind }) => kind === 'asset')).toBe(true);
    expect(arrows).toHaveLength(9);
  });

  it('bundles two thousand assets by group, with the number of arrows between them', () => {
    const picture = pictureOf(layered(500));
    expect(idsOf(picture)).toEqual(LAYERS.map((group) => `${group} *`));
    expect(picture.arrows).toEqual([
      { from: 'vault *', to: 'stage *', count: 500 },
      { from: 'stage *', to: 'redshift *', count: 500 },
      { from: 'redshift *', to: 'marts *', count: 500 },
    ]);
  });

  it('shows the groups of more assets than were asked for, as the API counted them', () => {
    const groups = ['vault', 'stage'].map((group) => ({ group, assets: 900 }));
    const groupEdges = [{ from: 'vault', to: 'stage', count: 1200 }];
    const picture = pictureOf({ ...layered(3), isCut: true, groups, groupEdges });
    expect(picture.boxes).toMatchObject([
      { bundle: { name: 'vault', select: 'group:vault', assets: 900, standing: undefined } },
      { bundle: { name: 'stage', select: 'group:stage', assets: 900, standing: undefined } },
    ]);
    expect(picture.arrows).toEqual([{ from: 'vault *', to: 'stage *', count: 1200 }]);
  });

  it('counts in a bundle what fails and what is unsynced, and selects what is in it', () => {
    const nodes = Array.from({ length: 100 }, (_, index) =>
      assetExample(`${index < 50 ? 'a b' : 'c'}/t${index}`, {
        group: index < 50 ? 'a b' : 'c',
        status: index === 0 ? 'failed' : index === 1 ? 'check_failed' : index === 2 ? 'unsynced' : 'materialized',
      }),
    );
    const [first] = pictureOf(lineage({ nodes })).boxes;
    expect(first).toMatchObject({
      bundle: { name: 'a b', select: 'group:"a b"', assets: 50, standing: { failing: 2, unsynced: 1 } },
    });
  });

  it('bundles the many assets of one group by folder, one step below what they have in common', () => {
    const folder = (name: string) =>
      Array.from({ length: 200 }, (_, index) => assetExample(`lake/veeva/${name}/t${index}`, { group: 'lake' }));
    const { boxes } = pictureOf(lineage({ nodes: [...folder('eu'), ...folder('us')] }));
    expect(boxes).toMatchObject([
      { bundle: { name: 'lake/veeva/eu', select: 'key:"lake/veeva/eu/*"', assets: 200 } },
      { bundle: { name: 'lake/veeva/us', select: 'key:"lake/veeva/us/*"', assets: 200 } },
    ]);
  });

  it('keeps a selection apart and bundles its neighbours', () => {
    const main = new Set(Array.from({ length: 40 }, (_, index) => `stage/t${index}`));
    const picture = pictureOf(layered(40), main);
    expect(idsOf(picture)).toEqual(['vault *', ...main, 'redshift *', 'marts *']);
    expect(picture.arrows.filter(({ from }) => from === 'vault *')).toHaveLength(40);
  });

  it('shows a bundle of one as that asset', () => {
    const { nodes, edges } = layered(80);
    const lonely = assetExample('report', { group: 'reports' });
    expect(idsOf(pictureOf(lineage({ nodes: [...nodes, lonely], edges })))).toContain('report');
  });
});

describe('the layout of a lineage', () => {
  it('puts every asset to the right of what it is made from', () => {
    const picture = pictureOf(layered(5));
    const { places } = layoutLineage(picture);
    for (const { from, to } of picture.arrows) {
      expect(places.get(to)?.x).toBeGreaterThanOrEqual((places.get(from)?.x ?? Infinity) + BOX.width);
    }
  });

  it('draws a frame around the assets of each group, and none around a single group', () => {
    const { places, frames } = layoutLineage(pictureOf(layered(5)));
    expect(frames.map(({ group }) => group).toSorted()).toEqual(LAYERS.toSorted());
    for (const { group, x, y, width, height } of frames) {
      const place = places.get(`${group}/t0`);
      expect(place?.x).toBeGreaterThan(x);
      expect(place?.y).toBeGreaterThan(y);
      expect((place?.x ?? Infinity) + BOX.width).toBeLessThan(x + width);
      expect((place?.y ?? Infinity) + BOX.height).toBeLessThan(y + height);
    }
    expect(layoutLineage(pictureOf(lineage({ nodes: layered(5).nodes.slice(0, 5) }))).frames).toEqual([]);
  });

  it('lets no two boxes overlap, also of assets that hang on nothing', () => {
    const { nodes, edges } = layered(6);
    const loose = Array.from({ length: 9 }, (_, index) => assetExample(`loose/t${index}`));
    const { places, height } = layoutLineage(pictureOf(lineage({ nodes: [...nodes, ...loose], edges })));
    const boxes = [...places.values()];
    expect(boxes).toHaveLength(33);
    for (const [index, a] of boxes.entries()) {
      expect(a.y + BOX.height).toBeLessThanOrEqual(height);
      for (const b of boxes.slice(index + 1)) {
        expect(Math.abs(a.x - b.x) >= BOX.width || Math.abs(a.y - b.y) >= BOX.height).toBe(true);
      }
    }
  });
});
