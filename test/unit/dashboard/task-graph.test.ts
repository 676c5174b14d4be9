import { describe, expect, it } from 'vitest';

import { NODE, layoutTasks } from '../../../dashboard/web/src/components/task-graph/layout-tasks.ts';

describe('the layout of a run graph', () => {
  const diamond = [
    { id: 'first', upstream: [] },
    { id: 'left', upstream: ['first'] },
    { id: 'right', upstream: ['first'] },
    { id: 'last', upstream: ['left', 'right'] },
  ];

  it('puts every task to the right of all that it waits for', () => {
    const { places, arrows } = layoutTasks(diamond);
    expect(arrows).toHaveLength(4);
    for (const { from, to } of arrows) {
      expect(places.get(to)?.x).toBeGreaterThanOrEqual((places.get(from)?.x ?? Infinity) + NODE.width);
    }
  });

  it('lets no two boxes overlap and holds all of them', () => {
    const { places, width, height } = layoutTasks(diamond);
    const boxes = [...places.values()];
    for (const [index, a] of boxes.entries()) {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.y).toBeGreaterThanOrEqual(0);
      expect(a.x + NODE.width).toBeLessThanOrEqual(width);
      expect(a.y + NODE.height).toBeLessThanOrEqual(height);
      for (const b of boxes.slice(index + 1)) {
        expect(Math.abs(a.x - b.x) >= NODE.width || Math.abs(a.y - b.y) >= NODE.height).toBe(true);
      }
    }
  });

  it('draws no arrow from a task that the graph does not have', () => {
    expect(layoutTasks([{ id: 'only', upstream: ['gone'] }]).arrows).toEqual([]);
  });
});
