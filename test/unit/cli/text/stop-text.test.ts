import { describe, expect, it } from 'vitest';

import { stopText } from '../../../../framework/cli/text/stop-text.ts';

describe('what a server says at a signal', () => {
  it.each([
    ['stop', 1, /waiting up to 20s for 1 task in hand, then handing it back\. The next signal hands it back at once$/],
    [
      'stop',
      3,
      /waiting up to 20s for 3 tasks in hand, then handing them back\. The next signal hands them back at once$/,
    ],
    ['stop', 0, /none is in hand\. The third signal ends this process at once, with exit code 130$/],
    ['stop', undefined, /^Stopping\. The next signal ends this process at once, with exit code 130$/],
    [
      'hurry',
      1,
      /1 task in hand is told to stop and handed back, uncounted\. The next signal ends this process at once/,
    ],
    ['hurry', 0, /The next signal ends this process at once, with exit code 130$/],
    ['end', 2, /2 tasks in hand: other workers run them again when the lease is over, counted as a lost try$/],
    ['end', undefined, /^Ended at once$/],
  ] as const)('names at "%s" with %s tasks in hand what happens now and at the next signal', (step, tasks, said) => {
    expect(stopText(step, tasks)).toMatch(said);
  });
});
