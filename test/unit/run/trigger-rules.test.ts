import { TRIGGER_RULES, type TriggerRule } from '#framework';
import { describe, expect, it } from 'vitest';

import { type TriggerDecision, triggerDecision } from '../../../framework/run/trigger-decision.ts';

// Columns: [success, failed, skipped] of two upstream tasks; the rest is not final yet.
const TALLIES = [
  [0, 0, 0],
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [2, 0, 0],
  [1, 1, 0],
  [1, 0, 1],
  [0, 2, 0],
  [0, 1, 1],
  [0, 0, 2],
] as const;

// One letter per tally: w(ait), r(un), s(kip), f(ail). Written from the table of Airflow's twelve rules, not from the code.
const EXPECTED: Record<TriggerRule, string> = {
  all_success: 'wwfsrfsffs',
  all_failed: 'wswssssrss',
  all_done: 'wwwwrrrrrr',
  all_done_min_one_success: 'wwwwrrrffs',
  all_skipped: 'wsswsssssr',
  one_failed: 'wwrwsrsrrs',
  one_success: 'wrwwrrrffs',
  one_done: 'wrrwrrrrrs',
  none_failed: 'wwfwrfrffr',
  none_failed_min_one_success: 'wwfwrfrffs',
  none_skipped: 'wwwsrrsrss',
  always: 'rrrrrrrrrr',
};

const LETTERS: Record<string, TriggerDecision> = { w: 'wait', r: 'run', s: 'skip', f: 'fail' };

describe('trigger rules', () => {
  it.each(TRIGGER_RULES)('%s decides every tally of two upstream tasks as its table says', (rule) => {
    const decided = TALLIES.map(([success, failed, skipped]) =>
      triggerDecision(rule, { total: 2, success, failed, skipped }),
    );
    expect(decided).toEqual(EXPECTED[rule].split('').map((letter) => LETTERS[letter]));
  });

  it.each(TRIGGER_RULES)('%s runs a task without upstream', (rule) => {
    expect(triggerDecision(rule, { total: 0, success: 0, failed: 0, skipped: 0 })).toBe('run');
  });
});
