import { describe, expect, it } from 'vitest';

import { type Look, NO_SUSPICION, suspect } from '../../../framework/worker/suspicion.ts';

/** The looks, counted from 1, in which the consumer was found to hang. */
function hangsAt(looks: readonly Look[]): readonly number[] {
  let suspicion = NO_SUSPICION;
  return looks.flatMap((look, index) => {
    const verdict = suspect(suspicion, look);
    suspicion = verdict.suspicion;
    return verdict.hangs ? [index + 1] : [];
  });
}

const waiting = (job: string, taken = 0): Look => ({ taken, takeable: [job] });

describe('suspecting a consumer', () => {
  it('finds that it hangs when one job waited in four looks in a row', () => {
    expect(hangsAt([waiting('a'), waiting('a'), waiting('a')])).toEqual([]);
    expect(hangsAt([waiting('a'), waiting('a'), waiting('a'), waiting('a')])).toEqual([4]);
  });

  it('does not suspect it while different jobs wait, or none', () => {
    expect(hangsAt(['a', 'b', 'c', 'd', 'e', 'f'].map((job) => waiting(job)))).toEqual([]);
    const gone: Look = { taken: 0, takeable: [] };
    expect(hangsAt([waiting('a'), waiting('a'), waiting('a'), gone, waiting('a')])).toEqual([]);
  });

  it('does not suspect it when it takes another job between two looks', () => {
    expect(hangsAt([1, 2, 3, 4, 5, 6].map((taken) => waiting('a', taken)))).toEqual([]);
  });

  it('rests twice as long after each time, up to a limit, and begins anew once a job was taken', () => {
    const looks = Array.from({ length: 400 }, () => waiting('a'));
    expect(hangsAt(looks)).toEqual([4, 8, 16, 32, 64, 128, 228, 328]);
    expect(hangsAt([...looks.slice(0, 70), ...[1, 1, 1, 1, 1].map((taken) => waiting('b', taken))])).toEqual([
      4, 8, 16, 32, 64, 75,
    ]);
  });
});
