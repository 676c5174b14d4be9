import { type Dag, dag, task } from '#framework';

/** A dag of so many tasks that do nothing, one after the other. */
export function chainDag(id: string, length: number, worked: () => void): Dag {
  const nothing = task('nothing', {
    run: async () => {
      worked();
      return null;
    },
  });
  return dag(id, { maxActiveRuns: 1000 }, (d) => {
    let previous = d.use('task_1', nothing);
    for (let number = 2; number <= length; number += 1) {
      previous = d.use(`task_${number}`, nothing, { after: [previous] });
    }
  });
}
