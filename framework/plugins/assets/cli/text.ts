import { type Temporal, table } from '#framework';

import { automationText } from '../automation/automation.ts';
import type { AutomationDetail } from '../automation/read-automation.ts';
import type { Verdict } from '../automation/verdict.ts';
import { policyText } from '../freshness/freshness-policy.ts';
import type { MaterializeRun } from '../materialize.ts';
import type { LineageNode } from '../read/asset-lineage.ts';
import type { AssetSummary, LastCheck } from '../read/asset-summary.ts';
import type { PartitionBar } from '../read/partition-bar.ts';
import type { AssetDetail } from '../read/show-asset.ts';
import { unsyncedText } from '../read/staleness.ts';

export function listText(items: readonly AssetSummary[]): string {
  return table(
    ['asset', 'group', 'last made', 'partition', 'made', 'failed', 'checks', 'in step'],
    items.map(({ key, definition, last, partitions, checks, unsynced }) => [
      key,
      definition?.group ?? '',
      last?.at.toString({ smallestUnit: 'second' }) ?? '',
      last?.partition ?? '',
      partitions.materialized,
      partitions.failed,
      checksText(checks),
      unsynced.length === 0 ? 'yes' : unsynced.map(unsyncedText).join('; '),
    ]),
    'No asset is selected.',
  );
}

/** What else is told of an asset. */
interface ShownMore {
  readonly bar: PartitionBar | null;
  readonly automation: AutomationDetail | null;
}

export function showText(detail: AssetDetail, { bar, automation }: ShownMore): string {
  const { key, last, parents, children, checks, unsynced } = detail;
  const lines: readonly (readonly [string, string])[] = [
    ['asset', key],
    ...definitionLines(detail),
    ['made from', parents.map((parent) => parent.key).join(', ')],
    ['used by', children.map((child) => child.key).join(', ')],
    ['last made', lastText(last)],
    ...Object.entries(last?.metadata ?? {}).map(([name, { value }]) => [`  ${name}`, plain(value)] as const),
    ...checks.map((check) => [`check ${check.name}`, checkText(check)] as const),
    ['in step', unsynced.length === 0 ? 'yes' : unsynced.map(unsyncedText).join('; ')],
    ['freshness', freshnessText(detail)],
    ['partitions', bar === null ? '' : countsText(bar)],
    ...automationLines(detail, automation),
  ];
  return lines
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name.padEnd(14)} ${value}`)
    .join('\n');
}

function definitionLines({ definition }: AssetDetail): readonly (readonly [string, string])[] {
  if (definition === undefined) return [];
  const { description, group, kinds, owners, maker } = definition;
  const madeBy =
    maker.kind === 'task'
      ? `task ${maker.taskId} of dag ${maker.dagId}`
      : `dag ${maker.kind === 'pipeline' ? maker.dagId : ''}`;
  return [
    ['description', description ?? ''],
    ['group', group],
    ['kinds', kinds.join(', ')],
    ['owners', owners.join(', ')],
    ['made by', maker.kind === 'external' ? 'another system' : madeBy],
  ];
}

function freshnessText({ definition, freshness }: AssetDetail): string {
  const policy = definition?.freshness ?? null;
  if (policy === null) return '';
  const state = freshness === null ? 'not evaluated yet' : `${freshness.state}. ${freshness.sentence}`;
  return `${policyText(policy)}: ${state}`;
}

function automationLines(
  { definition }: AssetDetail,
  automation: AutomationDetail | null,
): readonly (readonly [string, string])[] {
  const wanted = definition?.automation ?? null;
  if (wanted === null) return [];
  if (automation === null) return [['automation', `${automationText(wanted)}, never evaluated`]];
  const { status, evaluations, runs } = automation;
  const { evaluatedAt, refusal } = status;
  const [run] = runs;
  const evaluated = evaluatedAt === null ? 'never evaluated' : `evaluated at ${secondOf(evaluatedAt)}`;
  return [
    ['automation', `${automationText(status.automation)}, ${evaluated}`],
    ['  refused', refusal ?? ''],
    ['  last run', run === undefined ? '' : `run ${run.runId} at ${secondOf(run.at)}: ${run.cause}`],
    // Of many partitions the newest says most.
    ...(evaluations[0]?.verdicts.slice(-1) ?? []).map(
      ({ partition, verdict }) => ['  why', `${partition ?? ''}${verdictText(verdict)}`] as const,
    ),
  ];
}

function verdictText({ holds, sentence, parts }: Verdict, depth = 0): string {
  const own = `\n${'  '.repeat(depth + 2)}${holds ? 'yes' : 'no '}  ${sentence}`;
  return [own, ...parts.map((part) => verdictText(part, depth + 1))].join('');
}

function secondOf(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: 'second' });
}

function lastText(last: AssetSummary['last']): string {
  if (last === null) return 'never';
  return `${last.at.toString({ smallestUnit: 'second' })} ${last.partition ?? ''}`.trim();
}

export function partitionsText(key: string, bar: PartitionBar | null): string {
  if (bar === null) return `${key} is one whole; it has no partitions.`;
  const ranges = bar.rows.flatMap((row) => row.ranges.map(({ state, from, to, count }) => [state, from, to, count]));
  return `${countsText(bar)}\n${table(['state', 'from', 'to', 'count'], ranges, 'No window has closed yet.')}`;
}

export function lineageText(nodes: readonly LineageNode[]): string {
  if (nodes.length === 0) return 'No asset is selected.';
  return nodes.map(({ key, parents }) => (parents.length === 0 ? key : `${key} <- ${parents.join(', ')}`)).join('\n');
}

export function materializedText(started: readonly MaterializeRun[]): string {
  return started
    .map(({ dagId, assets, run }) =>
      run.kind === 'refused'
        ? `${dagId}: not started. ${run.reason}`
        : `${dagId}: run ${run.runId} makes ${assets.join(', ')}. Follow it: windrow runs show ${run.runId}`,
    )
    .join('\n');
}

function countsText({ counts: { materialized, failed, missing } }: PartitionBar): string {
  return `${materialized} materialized, ${failed} failed, ${missing} missing`;
}

function checksText(checks: readonly LastCheck[]): string {
  if (checks.length === 0) return '';
  const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name);
  return failed.length === 0 ? `${checks.length} passed` : `failed: ${failed.join(', ')}`;
}

function checkText({ passed, severity, description, at }: LastCheck): string {
  const verdict = passed ? 'passed' : `failed (${severity})`;
  return `${verdict} at ${at.toString({ smallestUnit: 'second' })}${description === null ? '' : `: ${description}`}`;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
