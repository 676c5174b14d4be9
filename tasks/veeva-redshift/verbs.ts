import type { Command } from 'commander';

import {
  type AddVerbs,
  type Answer,
  Temporal,
  type VerbTools,
  type WindowRecord,
  idArgument,
  notFound,
  table,
  trouble,
  windowText,
} from '#framework';
import { EXTRACT_KINDS, type ExtractKind, type Gap, findGaps, vaultConnection } from '#tasks/veeva';

import { comparedRecords } from './compared-records.ts';
import { quarantine, quarantineVerb } from './quarantine-verb.ts';
import { reconcile } from './reconcile-verb.ts';

/** Adds `windrow veeva …`. */
export const addVerbs: AddVerbs = (program, { act }) => {
  const veeva = program.command('veeva').description('Veeva Vault Direct Data beside the windows loaded from it');
  gapsVerb(veeva).action(act(gaps));
  reconcileVerb(veeva).action(act(reconcile));
  quarantineVerb(veeva).action(act(quarantine));
};

interface GapOptions {
  readonly kind: string;
  readonly pipeline?: string;
}

function gapsVerb(veeva: Command): Command {
  return veeva
    .command('gaps')
    .description(
      'windows whose file Vault failed to publish, publishes late or lists no more, and times without a record',
    )
    .option('--kind <kind>', `files of this kind: ${EXTRACT_KINDS.join(', ')}`, 'incremental')
    .option('--pipeline <id>', 'the pipeline that loads them; default: veeva_ and the kind');
}

function reconcileVerb(veeva: Command): Command {
  return veeva
    .command('reconcile')
    .description('what the newest Full, or the one of a record, found to differ in the tables that it replaced')
    .option('--full <record>', 'the Full of this record', idArgument)
    .option('--table <name>', 'this table only')
    .option('--pipeline <id>', 'the pipeline of the Fulls; default: veeva_full, else veeva_duckdb_full');
}

/** Exit code 1 where there is a gap, so that a monitor may ask. */
export async function gaps(tools: VerbTools, options: GapOptions): Promise<Answer> {
  const kind = EXTRACT_KINDS.find((one) => one === options.kind);
  if (kind === undefined) {
    const message = `There is no kind of file "${options.kind}". Use one of ${EXTRACT_KINDS.join(', ')}.`;
    return trouble('usage', { code: 'E_USAGE', message });
  }
  const pipelineId = options.pipeline ?? `veeva_${kind}`;
  const records = await comparedRecords((page) => tools.records({ pipelineId, ...page }));
  if (records.length === 0) {
    const message = `The pipeline ${pipelineId} has no window yet, so there is nothing to compare with Vault's list.`;
    return notFound(message);
  }
  const items = await listed(tools, kind, records);
  const compared = records.map(({ id, window, pipelineStatus: status }) => ({ id, window, status }));
  const found = findGaps({
    kind,
    pipelineId,
    coveredBy: tools.coveredBy(pipelineId),
    items,
    records: compared,
    now: tools.clock.now(),
  });
  return { exit: found.some(({ kind: gap }) => gap !== 'odd_file') ? 'failed' : 'ok', ...said(found, records.length) };
}

/** Fulls are listed only where the question reaches back to where they begin. */
const BEGINNING = Temporal.Instant.from('2000-01-01T00:00Z');

async function listed({ connections }: VerbTools, kind: ExtractKind, records: readonly WindowRecord[]) {
  const { client } = await connections.get(vaultConnection);
  const from = kind === 'full' ? BEGINNING : oldest(records);
  const listing = await client.list({ kind, from, to: undefined }, { signal: AbortSignal.timeout(ASKING_MS) });
  return listing.kind === 'listed' ? listing.items : [];
}

function oldest(records: readonly WindowRecord[]): Temporal.Instant {
  const [first] = records.toSorted((a, b) => Temporal.Instant.compare(a.window.start, b.window.start));
  // Where clocks change, and where a log day has other midnights than the Vault, a file begins before its window.
  return first?.window.start.subtract({ hours: 25 }) ?? BEGINNING;
}

/** Vault may delay an answer by five minutes. */
const ASKING_MS = 420_000;

function said(found: readonly Gap[], windows: number): Pick<Answer, 'json' | 'text'> {
  const rows = found.map(({ kind, window, record, file, reason, remedy }) => [
    kind.replace('_', ' '),
    windowText(window),
    record,
    file,
    reason,
    remedy,
  ]);
  const json = found.map(({ window, record: recordId, ...gap }) => ({
    ...gap,
    recordId,
    window: { start: window.start.toString(), end: window.end.toString() },
  }));
  const none = `No gaps: each of ${windows} windows is loaded, or waits for its turn with its file listed or not due.`;
  return { json, text: table(['gap', 'window', 'record', 'file', 'why', 'what to do'], rows, none) };
}
