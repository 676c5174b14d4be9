import { Failure } from '#framework';

import type { Finding, Step } from './finding.ts';
import { show } from './statements.ts';

/** Settings of the user or the database that change what loads do; every name in a statement is qualified, so the search path does not. */
export async function checkSettings(step: Step): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [setting, judge] of SETTINGS) {
    const value = await shown(step, setting);
    findings.push(value === undefined ? untold(setting) : { check: setting, ...judge(value, step) });
  }
  return findings;
}

type Judged =
  | { readonly outcome: 'ok'; readonly found: string }
  | { readonly outcome: 'problem'; readonly found: string; readonly remedy: string };

/** Shorter than this, a limit ends loads that are merely large. */
const SHORTEST_TIMEOUT_MS = 3_600_000;

const SETTINGS: readonly (readonly [string, (value: string, step: Step) => Judged])[] = [
  [
    'statement_timeout',
    (value, { user }) => {
      const isLongEnough = value === '0' || Number(value) >= SHORTEST_TIMEOUT_MS;
      return isLongEnough
        ? { outcome: 'ok', found: value === '0' ? 'none' : `${value} ms` }
        : {
            outcome: 'problem',
            found: `${value} ms: a statement of a load that takes longer is cut off`,
            remedy: `Run: alter user "${user}" set statement_timeout to 0`,
          };
    },
  ],
  [
    'datestyle',
    (value, { user }) =>
      value.startsWith('ISO')
        ? { outcome: 'ok', found: value }
        : {
            outcome: 'problem',
            found: `${value}: dates in keys would be compared as other texts than those of the files`,
            remedy: `Run: alter user "${user}" set datestyle to 'ISO, MDY'`,
          },
  ],
  [
    'enable_case_sensitive_identifier',
    (value, { user }) =>
      ['off', 'false'].includes(value)
        ? { outcome: 'ok', found: value }
        : {
            outcome: 'problem',
            found: `${value}: a table or column that others made with upper-case letters is another one than that of the loads`,
            remedy: `Run: alter user "${user}" set enable_case_sensitive_identifier to false`,
          },
  ],
];

async function shown({ warehouse, signal }: Step, setting: string): Promise<string | undefined> {
  try {
    const [row] = await warehouse.rows(show(setting), { signal });
    return row?.[0] ?? undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function untold(setting: string): Finding {
  return { check: setting, outcome: 'not_asked', found: 'Redshift does not tell' };
}
