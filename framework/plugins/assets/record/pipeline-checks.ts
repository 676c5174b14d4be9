import type { TaskFinished } from '#framework';
import { z } from 'zod';

import type { Metadata } from '../metadata.ts';

/** What a task of a pipeline says of the assets that it makes. */
export interface PipelineCheck {
  readonly check: 'pre_count' | 'audit';
  readonly passed: boolean;
  readonly description: string;
  readonly metadata: Metadata;
}

/** The counts before a load and the audit behind it, as checks; undefined for other tasks and ends. */
export function pipelineCheck({ taskId, outcome, output, reason }: Told): PipelineCheck | undefined {
  const check = CHECKS[taskId];
  if (check === undefined) return undefined;
  if (outcome === 'fail') {
    return { check, passed: false, description: reason ?? 'It failed without a reason.', metadata: {} };
  }
  const counted = Counted.safeParse(output);
  if (outcome !== 'success' || !counted.success) return undefined;
  const { source, target } = counted.data;
  const sides = [`The source has ${rowsOf(source)}`, `the target ${rowsOf(target)}`].join(', ');
  return {
    check,
    passed: true,
    description:
      check === 'audit' ? `${sides} of this window; they agree.` : `${sides} of this window before the load.`,
    metadata: { ...count('source_rows', source), ...count('target_rows', target) },
  };
}

type Told = Pick<TaskFinished, 'outcome' | 'output' | 'reason'> & { readonly taskId: string };

const CHECKS: Readonly<Record<string, PipelineCheck['check']>> = { pre_validation: 'pre_count', audit: 'audit' };

const Counted = z.object({ source: z.number().nullable(), target: z.number().nullable() });

function rowsOf(rows: number | null): string {
  return rows === null ? 'rows that nobody counted' : `${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}`;
}

function count(name: string, value: number | null): Metadata {
  return value === null ? {} : { [name]: { type: 'int', value } };
}
