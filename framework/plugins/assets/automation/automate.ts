import { type HookTools, type RequestedRun, type RunFinished, Temporal } from '#framework';
import { z } from 'zod';

import type { Asset } from '../asset.ts';
import { definitionReader } from '../definition.ts';
import type { AssetKey } from '../key.ts';
import type { Partition } from '../partitions.ts';
import { type AutomationRequest, type Evaluation, evaluate } from './evaluate.ts';
import { gatherFacts } from './gather-facts.ts';

/** So many assets are evaluated in one tick, those whose last evaluation is longest ago first. */
const AT_ONCE = 200;
/** Evaluations that are kept of an asset, and partitions that are kept of an evaluation: the newest. */
const MOST_EVALUATIONS = 100;
const MOST_VERDICTS = 20;

export interface AutomatedProject {
  readonly graph: { readonly keys: readonly AssetKey[]; readonly find: (key: AssetKey) => Asset | undefined };
  /** The dag that makes an asset; undefined where no dag does. */
  readonly dagOf: (asset: Asset) => { readonly dagId: string; readonly isPipeline: boolean } | undefined;
}

type Automated = Asset & Required<Pick<Asset, 'automation'>>;

/** Evaluates the automations of a project, asks for what they want, and keeps why. */
export async function automate(tools: HookTools, project: AutomatedProject): Promise<void> {
  const { database, clock, signal } = tools;
  const automated = project.graph.keys.flatMap((key): readonly Automated[] => {
    const asset = project.graph.find(key);
    return asset?.automation === undefined ? [] : [{ ...asset, automation: asset.automation }];
  });
  const byKey = new Map<string, Automated>(automated.map((asset) => [asset.key, asset]));
  const given = automated.map(({ key, automation }) => ({ asset: key, automation }));
  await database.run(DETACH, [[...byKey.keys()]]);
  await database.run(ATTACH, [clock.now().toString(), JSON.stringify(given)]);
  await database.run(RECONCILE);
  await database.run(FORGET_ENDS);
  const find = await finder(tools, project, automated);
  const failures: unknown[] = [];
  for (const row of await database.run(DUE, [AT_ONCE])) {
    if (signal.aborted) break;
    const { asset, attached_at: attachedAt } = DueRow.parse(row);
    const found = byKey.get(asset);
    if (found === undefined) continue;
    // One that cannot be evaluated keeps none of the others waiting: it says why, and its turn comes again behind them.
    await automateAsset(tools, { ...project, find }, { asset: found, attachedAt }).catch(async (error: unknown) => {
      failures.push(error);
      const reason = error instanceof Error ? error.message : String(error);
      await database.run(EVALUATED, [asset, clock.now().toString(), reason]);
    });
  }
  if (failures.length > 0) throw failures[0];
}

/** What a run was asked for is not under way any more, also where it is kept only now that it was asked for. */
export async function endRequests(
  { database }: Pick<HookTools, 'database'>,
  { runId, at }: RunFinished,
): Promise<void> {
  await database.run(END, [runId, at.toString()]);
}

/** What is known of a parent: by the project, or found in what a window loaded. */
type FindParent = (key: AssetKey) => Pick<Asset, 'partitions'> | undefined;

async function finder(
  { database }: Pick<HookTools, 'database'>,
  { graph }: AutomatedProject,
  automated: readonly Automated[],
): Promise<FindParent> {
  const parents = new Set(automated.flatMap(({ deps }) => deps.map(({ key }) => key)));
  const unknown = [...parents].filter((key) => graph.find(key) === undefined);
  const rows = unknown.length === 0 ? [] : await database.run(FOUND, [unknown]);
  const read = definitionReader();
  const found = new Map(
    rows.map((row) => {
      const { key, partitions } = read(row['definition']);
      return [key, partitions === null ? {} : { partitions }] as const;
    }),
  );
  return (key) => graph.find(key) ?? found.get(key);
}

async function automateAsset(
  tools: HookTools,
  project: AutomatedProject & { readonly find: FindParent },
  { asset, attachedAt }: { readonly asset: Automated; readonly attachedAt: Temporal.Instant },
): Promise<void> {
  const { database, clock, signal } = tools;
  const now = clock.now();
  const { automation } = asset;
  const { find } = project;
  const { facts, partitions } = await gatherFacts(database, { asset, automation, attachedAt, now, find });
  const evaluation = evaluate(automation, facts);
  let { requests } = evaluation;
  let refusal: string | null = null;
  const refused = new Set<string | null>();
  while (requests.length > 0 && !signal.aborted) {
    for (const request of requests) {
      const partition = partitions.get(request.partition) ?? {};
      const started = await start(tools, project, { asset, request, partition });
      if (started.kind === 'refused') {
        refusal = started.reason;
        refused.add(request.partition);
      } else
        await database.run(ASKED, [asset.key, request.partition ?? '', request.cause, now.toString(), started.runId]);
    }
    // Where all are refused, as windows are that have their record, those behind them would never be asked for.
    if (!requests.every(({ partition }) => refused.has(partition))) break;
    const left = facts.partitions.filter(({ partition }) => !refused.has(partition));
    ({ requests } = evaluate(automation, { ...facts, partitions: left }));
  }
  await keepEvaluation(tools, asset.key, evaluation);
  await database.run(EVALUATED, [asset.key, clock.now().toString(), refusal]);
}

interface Wanted {
  readonly asset: Asset;
  readonly request: AutomationRequest;
  readonly partition: Partition;
}

/** The key makes it one run, however often and by however many processes it is asked for, and for all that one function makes. */
async function start(
  { runs, log }: HookTools,
  { dagOf }: AutomatedProject,
  { asset, request, partition: { window, name } }: Wanted,
): Promise<RequestedRun> {
  const maker = dagOf(asset);
  if (maker === undefined) return { kind: 'refused', reason: `No dag of the project makes ${asset.key}.` };
  const started = await runs.start({
    dagId: maker.dagId,
    ...(window && { window }),
    ...(maker.isPipeline ? {} : { params: { only: [asset.key], ...(name === undefined ? {} : { partition: name }) } }),
    key: `${asset.work?.keys[0] ?? asset.key} ${request.partition ?? ''} ${request.cause}`,
    by: `automation of ${asset.key}`,
  });
  if (started.kind === 'created') {
    log.info('An automation has started a run', {
      asset: asset.key,
      partition: request.partition,
      run: started.runId,
      why: request.cause,
    });
  }
  return started;
}

/** An answer that stays the same is one row. */
async function keepEvaluation({ database, clock }: HookTools, asset: string, evaluation: Evaluation): Promise<void> {
  const requests = JSON.stringify(evaluation.requests);
  const verdicts = JSON.stringify(evaluation.verdicts.slice(-MOST_VERDICTS));
  const now = clock.now().toString();
  const same = await database.run(STILL, [asset, requests, verdicts, now]);
  if (same.length > 0) return;
  await database.run(KEEP, [asset, requests, verdicts, now]);
  await database.run(FORGET, [asset, MOST_EVALUATIONS]);
}

const DueRow = z.object({ asset: z.string(), attached_at: z.instanceof(Temporal.Instant) });

const DETACH = 'delete from automation where asset <> all($1)';

// Another automation counts as newly attached, so that it causes no backfill either.
const ATTACH = `
insert into automation as a (asset, automation, attached_at)
select asset, automation, $1 from jsonb_to_recordset($2::jsonb) as n (asset text, automation jsonb)
on conflict (asset) do update set automation = excluded.automation, attached_at = excluded.attached_at
where a.automation <> excluded.automation`;

const DUE = 'select asset, attached_at from automation order by evaluated_at nulls first, asset limit $1';

const EVALUATED = 'update automation set evaluated_at = $2, refusal = $3 where asset = $1';

const ASKED = `
insert into automation_request (asset, partition, cause, at, run_id) values ($1, $2, $3, $4, $5) on conflict do nothing`;

const END = `
with heard as (
  insert into run_end (run_id, at) values ($1, $2) on conflict (run_id) do update set at = excluded.at, heard_at = now()
)
update automation_request set ended_at = $2 where run_id = $1 and ended_at is null`;

// A run may end before it is kept that it was asked for: it is short, or who asked died in between.
const RECONCILE = `
update automation_request as r set ended_at = e.at
from run_end as e
where r.ended_at is null and e.run_id = r.run_id`;

const FORGET_ENDS = `delete from run_end where heard_at < now() - interval '7 days'`;

const FOUND = 'select definition from asset where key = any($1) and is_defined';

const STILL = `
update automation_evaluation set last_at = $4
where id = (select max(id) from automation_evaluation where asset = $1) and requests = $2::jsonb and verdicts = $3::jsonb
returning id`;

const KEEP = `
insert into automation_evaluation (asset, first_at, last_at, requests, verdicts) values ($1, $4, $4, $2::jsonb, $3::jsonb)`;

const FORGET = `
delete from automation_evaluation
where asset = $1 and id <= (select id from automation_evaluation where asset = $1 order by id desc offset $2 limit 1)`;
