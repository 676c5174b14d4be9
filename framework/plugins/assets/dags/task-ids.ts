import type { AssetWork } from '../asset.ts';

const MOST = 63;

/** Gives each name that is asked for an id that no other has: cut to the length of task ids, numbered where two fall together. */
export function taskIds(): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    let id = name.slice(0, MOST).replace(/_+$/, '');
    for (let count = 2; taken.has(id); count += 1) id = `${name.slice(0, MOST - 5).replace(/_+$/, '')}_${count}`;
    taken.add(id);
    return id;
  };
}

/** The name of the task of a check. With several assets in one task the key says of which. */
export function checkName({ taskId, keys }: AssetWork, keyText: string, check: string): string {
  return keys.length === 1 ? `check_${taskId}_${check}` : `check_${keyText}_${check}`;
}
