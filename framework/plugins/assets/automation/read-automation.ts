import { type PluginDatabase, Temporal } from '#framework';
import { z } from 'zod';

import { Verdict } from './verdict.ts';

const Instant = z.instanceof(Temporal.Instant);

const AutomationStatus = z
  .object({
    asset: z.string(),
    automation: z.object({ kind: z.string(), cron: z.string().exactOptional(), zone: z.string().exactOptional() }),
    attached_at: Instant,
    evaluated_at: Instant.nullable(),
    refusal: z.string().nullable(),
  })
  .transform(({ attached_at: attachedAt, evaluated_at: evaluatedAt, ...rest }) => ({
    ...rest,
    attachedAt,
    evaluatedAt,
  }));
/** The automation of an asset: since when, when it was evaluated last, and why its last request was refused. */
export type AutomationStatus = Readonly<z.infer<typeof AutomationStatus>>;

const KeptEvaluation = z
  .object({
    first_at: Instant,
    last_at: Instant,
    requests: z.array(z.object({ partition: z.string().nullable(), cause: z.string() })).readonly(),
    verdicts: z.array(z.object({ partition: z.string().nullable(), verdict: Verdict })).readonly(),
  })
  .transform(({ first_at: firstAt, last_at: lastAt, ...rest }) => ({ ...rest, firstAt, lastAt }));
/** An answer of an automation, for as long as it stayed the same; with the newest partitions and why. */
export type KeptEvaluation = Readonly<z.infer<typeof KeptEvaluation>>;

const AutomationRun = z
  .object({ partition: z.string(), cause: z.string(), at: Instant, run_id: z.number(), ended_at: Instant.nullable() })
  .transform(({ run_id: runId, ended_at: endedAt, ...rest }) => ({ ...rest, runId, endedAt }));
/** A run that an automation has started. */
export type AutomationRun = Readonly<z.infer<typeof AutomationRun>>;

export interface AutomationDetail {
  readonly status: AutomationStatus;
  /** Newest first, at most `most`. */
  readonly evaluations: readonly KeptEvaluation[];
  /** Newest first, at most `most`. */
  readonly runs: readonly AutomationRun[];
}

/** All automations of the project; one whose evaluation is long ago shows that nobody evaluates. */
export async function listAutomations(database: PluginDatabase): Promise<readonly AutomationStatus[]> {
  return (await database.run(LIST)).map((row) => AutomationStatus.parse(row));
}

/** Why an asset was asked for or not; undefined where it has no automation. */
export async function showAutomation(
  database: PluginDatabase,
  asset: string,
  most = 100,
): Promise<AutomationDetail | undefined> {
  const [status] = await database.run(FIND, [asset]);
  if (status === undefined) return undefined;
  const evaluations = await database.run(EVALUATIONS, [asset, most]);
  const runs = await database.run(RUNS, [asset, most]);
  return {
    status: AutomationStatus.parse(status),
    evaluations: evaluations.map((row) => KeptEvaluation.parse(row)),
    runs: runs.map((row) => AutomationRun.parse(row)),
  };
}

const LIST = 'select asset, automation, attached_at, evaluated_at, refusal from automation order by asset';

const FIND = 'select asset, automation, attached_at, evaluated_at, refusal from automation where asset = $1';

const EVALUATIONS = `
select first_at, last_at, requests, verdicts from automation_evaluation where asset = $1 order by id desc limit $2`;

const RUNS = `
select partition, cause, at, run_id, ended_at from automation_request where asset = $1 order by at desc limit $2`;
