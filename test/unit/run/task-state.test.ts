import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { TASK_EVENTS, TASK_STATES, TASK_TRANSITIONS, isFinal } from '../../../framework/run/task-state.ts';

const SPEC = readFileSync(new URL('../../../framework/run/SPEC.md', import.meta.url), 'utf8');
const SIGNS: Readonly<Record<string, string>> = { ignore: '·', illegal: '!' };

describe('the table of transitions', () => {
  it('stands in SPEC.md as it is in the code', () => {
    const table = [
      ['', ...TASK_STATES.map((state) => `\`${state}\``)],
      ['---', ...TASK_STATES.map(() => '---')],
      ...TASK_EVENTS.map((event) => [
        `\`${event}\``,
        ...TASK_STATES.map((state) => SIGNS[TASK_TRANSITIONS[state][event]] ?? TASK_TRANSITIONS[state][event]),
      ]),
    ].map((cells) => `| ${cells.join(' | ')} |`);
    expect(SPEC).toContain(table.join('\n'));
  });

  it('leaves a final state by clear only', () => {
    for (const state of TASK_STATES.filter(isFinal)) {
      const leaving = TASK_EVENTS.filter((event) => !['ignore', state].includes(TASK_TRANSITIONS[state][event]));
      expect(leaving).toEqual(state === 'removed' ? [] : ['clear']);
    }
  });

  it.each(TASK_EVENTS)('moves at most once when %s is heard twice, or back to where it was', (event) => {
    for (const state of TASK_STATES) {
      const once = TASK_TRANSITIONS[state][event];
      if (once === 'ignore' || once === 'illegal') continue;
      expect(['ignore', 'illegal', once]).toContain(TASK_TRANSITIONS[once][event]);
    }
  });
});
