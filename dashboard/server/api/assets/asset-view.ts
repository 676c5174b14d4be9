import type { z } from 'zod';

import { type AssetDefinition, type AssetSummary, type Unsynced, unsyncedText } from '#framework/assets';

import type { Shown } from '../endpoint.ts';
import type { Asset, AssetStatus } from '../shapes/asset.ts';

type AssetView = Shown<z.output<typeof Asset>>;

type Described = Omit<AssetDefinition, 'key' | 'deps'>;

/** Of an asset that is only named as something that others are made from. */
const NAMED: Described = {
  partitions: null,
  group: '',
  kinds: [],
  owners: [],
  tags: {},
  description: null,
  metadata: {},
  codeVersion: null,
  freshness: null,
  automation: null,
  checks: [],
  maker: { kind: 'external' },
};

/** What the project says of an asset, or what holds of one that it only names. */
export function definitionOf({ definition }: Pick<AssetSummary, 'definition'>): Described {
  return definition ?? NAMED;
}

/** An asset as lists and graphs show it. */
export function assetView(summary: AssetSummary): AssetView {
  const { key, last, checks, unsynced, freshness } = summary;
  const { group, kinds, owners, tags, description, maker } = definitionOf(summary);
  const { status, statusText } = standing(summary);
  return {
    key,
    isDefined: summary.definition !== undefined,
    group,
    kinds,
    owners,
    tags,
    description,
    maker,
    status,
    statusText,
    unsynced: unsynced.map(reason),
    last,
    partitions: countsOf(summary),
    checks,
    freshness,
  };
}

interface Standing {
  readonly status: AssetStatus;
  readonly statusText: string;
}

function standing(summary: AssetSummary): Standing {
  const { partitions, checks, last, unsynced } = summary;
  if (partitions.failed > 0) return { status: 'failed', statusText: failedText(summary) };
  const failed = checks.filter(({ passed, severity }) => !passed && severity === 'error');
  if (failed.length > 0) return { status: 'check_failed', statusText: failed.map(checkText).join(' ') };
  if (last === null && definitionOf(summary).maker.kind === 'external')
    return { status: 'external', statusText: 'It comes from another system, and nothing was told of it yet.' };
  if (last === null) return { status: 'missing', statusText: 'It was never made.' };
  if (unsynced.length > 0) return { status: 'unsynced', statusText: unsynced.map(sentence).join(' ') };
  return { status: 'materialized', statusText: missingText(summary) };
}

function failedText({ partitions: { failed, total } }: AssetSummary): string {
  if (total === null) return 'The last try to make it failed.';
  return `The last try of ${failed} ${failed === 1 ? 'partition' : 'partitions'} failed.`;
}

function checkText({ name, description }: AssetSummary['checks'][number]): string {
  return `Check ${name} failed${description === null ? '.' : `: ${description}`}`;
}

function missingText(summary: AssetSummary): string {
  const missing = countsOf(summary)?.missing ?? 0;
  const step = 'It is in step with what it is made from';
  return missing === 0
    ? `${step}.`
    : `${step}; ${missing} ${missing === 1 ? 'partition is' : 'partitions are'} missing.`;
}

function sentence(unsynced: Unsynced): string {
  const text = unsyncedText(unsynced);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function reason(unsynced: Unsynced): AssetView['unsynced'][number] {
  const { parent = null, partition = null } = unsynced.kind === 'parent_newer' ? unsynced : {};
  return { kind: unsynced.kind, text: unsyncedText(unsynced), parent, partition };
}

function countsOf({ partitions: { materialized, failed, total } }: AssetSummary): AssetView['partitions'] {
  if (total === null) return null;
  // What was made before it was cut as it is now is counted too.
  return { total, materialized, failed, missing: Math.max(0, total - materialized - failed) };
}
