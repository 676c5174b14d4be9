import { z } from 'zod';

import { Metadata } from './metadata.ts';
import { Instant, Window, page } from './scalars.ts';
import { DryRun, text } from './text.ts';

/** `failed`: the last try of some partition; `external`: made elsewhere, and never seen. The first one that holds. */
export const ASSET_STATUSES = ['failed', 'check_failed', 'missing', 'unsynced', 'external', 'materialized'] as const;

/** Who makes it. */
const Maker = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('task'), dagId: z.string(), taskId: z.string() }),
  z.object({ kind: z.literal('pipeline'), dagId: z.string() }),
  z.object({ kind: z.literal('external') }),
]);

/** Why it is out of step with what it is made from. */
const Unsynced = z.object({
  kind: z.enum(['missing', 'code_changed', 'parent_newer']),
  text: z.string(),
  parent: z.string().nullable(),
  partition: z.string().nullable(),
});

const Freshness = z.object({
  state: z.enum(['fresh', 'warn', 'overdue', 'unknown']),
  since: Instant,
  /** When the state becomes another one unless something is materialized. */
  changesAt: Instant.nullable(),
  sentence: z.string(),
});

const Severity = z.enum(['warn', 'error']);

const CheckResult = z.object({
  name: z.string(),
  partition: z.string().nullable(),
  at: Instant,
  passed: z.boolean(),
  severity: Severity,
  description: z.string().nullable(),
});

export const Asset = z
  .object({
    /** A path, `redshift/veeva/product__v`; in addresses with `%2F`. */
    key: z.string(),
    /** False: it is only named as something that others are made from. */
    isDefined: z.boolean(),
    group: z.string(),
    kinds: z.array(z.string()),
    owners: z.array(z.string()),
    tags: z.record(z.string(), z.string()),
    description: z.string().nullable(),
    maker: Maker,
    status: z.enum(ASSET_STATUSES),
    /** The status as a sentence with its reason. */
    statusText: z.string(),
    unsynced: z.array(Unsynced),
    /** The newest materialization of any partition. */
    last: z
      .object({ at: Instant, partition: z.string().nullable(), runId: z.number().nullable(), metadata: Metadata })
      .nullable(),
    /** Null of an asset that is one whole. */
    partitions: z
      .object({ total: z.number(), materialized: z.number(), failed: z.number(), missing: z.number() })
      .nullable(),
    /** The last result of each check. */
    checks: z.array(CheckResult),
    /** Null without a policy, and before it was evaluated. */
    freshness: Freshness.nullable(),
  })
  .meta({ id: 'Asset' });

const Group = z.object({ group: z.string(), assets: z.number() });

/** By group, then by key. */
export const AssetList = page(Asset)
  .extend({
    /** False: the project has no assets. */
    enabled: z.boolean(),
    /** So many are selected. */
    total: z.number(),
    /** Of those that are selected. */
    groups: z.array(Group),
  })
  .meta({ id: 'AssetList' });

/** Parents stand before what is made from them. */
export const AssetGraph = z
  .object({
    enabled: z.boolean(),
    total: z.number(),
    /** True: there are more than `limit`; select fewer. */
    isCut: z.boolean(),
    nodes: z.array(Asset),
    /** Between the nodes that are here. */
    edges: z.array(z.object({ from: z.string(), to: z.string() })),
    /** Of all that are selected, also those behind `limit`. */
    groups: z.array(Group),
    groupEdges: z.array(z.object({ from: z.string(), to: z.string(), count: z.number() })),
  })
  .meta({ id: 'AssetGraph' });

const Check = z.object({
  name: z.string(),
  description: z.string().nullable(),
  blocking: z.boolean(),
  severity: Severity,
  last: CheckResult.nullable(),
});

export const AssetDetail = Asset.extend({
  /** What the code says of it. */
  metadata: Metadata,
  codeVersion: z.string().nullable(),
  /** How it is cut, as a text; null of an asset that is one whole. */
  cut: z.string().nullable(),
  freshnessPolicy: z.string().nullable(),
  automation: z.string().nullable(),
  checkList: z.array(Check),
  /** What it is made from, and what is made from it. */
  parents: z.array(Asset),
  children: z.array(Asset),
}).meta({ id: 'AssetDetail' });

const EventOf = {
  id: z.string(),
  at: Instant,
  partition: z.string().nullable(),
  dagId: z.string(),
  runId: z.number().nullable(),
  taskId: z.string().nullable(),
  metadata: Metadata,
};

export const AssetCheckResult = CheckResult.extend({
  ...EventOf,
  kind: z.literal('check'),
  blocking: z.boolean(),
}).meta({ id: 'AssetCheckResult' });

/** What happened to an asset. */
export const AssetEvent = z
  .discriminatedUnion('kind', [
    z.object({
      ...EventOf,
      kind: z.enum(['materialization', 'observation']),
      recordId: z.number().nullable(),
      dataVersion: z.string(),
      codeVersion: z.string().nullable(),
    }),
    AssetCheckResult,
  ])
  .meta({ id: 'AssetEvent' });

/** Numbers of the metadata, oldest first; `type` is that of the metadata. */
export const AssetPlots = z
  .object({
    series: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        points: z.array(
          z.object({
            at: Instant,
            partition: z.string().nullable(),
            runId: z.number().nullable(),
            value: z.number(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'AssetPlots' });

const PARTITION_STATES = ['materialized', 'failed', 'missing'] as const;

const Range = z.object({
  state: z.enum(PARTITION_STATES),
  /** The first and the last partition. */
  from: z.string(),
  to: z.string(),
  count: z.number(),
  /** From the start of the first window to the end of the last one; null of names. */
  start: Instant.nullable(),
  end: Instant.nullable(),
});

export const AssetPartitions = z
  .object({
    cut: z.string().nullable(),
    counts: z.object({ materialized: z.number(), failed: z.number(), missing: z.number() }),
    /** One row; of windows with names one for each name. Ranges are in order, the oldest first. */
    rows: z.array(z.object({ name: z.string().nullable(), ranges: z.array(Range) })),
    /** True: older ranges are left out. */
    isCut: z.boolean(),
  })
  .meta({ id: 'AssetPartitions' });

export const AssetPartition = z
  .object({
    partition: z.string(),
    state: z.enum(PARTITION_STATES),
    window: Window.nullable(),
    name: z.string().nullable(),
    /** The last good materialization. */
    made: z.object({ at: Instant, runId: z.number().nullable(), recordId: z.number().nullable() }).nullable(),
    failedRunId: z.number().nullable(),
  })
  .meta({ id: 'AssetPartition' });

/** Whether a condition holds, and what it consists of. */
const Verdict = z
  .object({
    holds: z.boolean(),
    sentence: z.string(),
    get parts() {
      return z.array(Verdict);
    },
  })
  .meta({ id: 'Verdict' });

/** Why it was asked for or not, as it was evaluated; the newest first. */
export const AssetAutomation = z
  .object({
    status: z
      .object({
        automation: z.string(),
        attachedAt: Instant,
        evaluatedAt: Instant.nullable(),
        /** Why what it asked for last was not started. */
        refusal: z.string().nullable(),
      })
      .nullable(),
    evaluations: z.array(
      z.object({
        firstAt: Instant,
        lastAt: Instant,
        requests: z.array(z.object({ partition: z.string().nullable(), cause: z.string() })),
        verdicts: z.array(z.object({ partition: z.string().nullable(), verdict: Verdict })),
      }),
    ),
    runs: z.array(
      z.object({
        partition: z.string().nullable(),
        cause: z.string(),
        at: Instant,
        runId: z.number(),
        endedAt: Instant.nullable(),
      }),
    ),
  })
  .meta({ id: 'AssetAutomation' });

export const MaterializeBody = z.strictObject({
  dryRun: DryRun,
  /** The key of a partition; of an asset that is cut, one is needed unless it is cut by names only. */
  partition: text(500).optional(),
});

/** `runId` is null before it is done. */
export const Materialized = z.object({
  dryRun: z.boolean(),
  key: z.string(),
  partition: z.string().nullable(),
  dagId: z.string(),
  window: Window.nullable(),
  runId: z.number().nullable(),
});

export type AssetStatus = (typeof ASSET_STATUSES)[number];
export type AssetJson = z.input<typeof Asset>;
export type AssetListJson = z.input<typeof AssetList>;
export type AssetGraphJson = z.input<typeof AssetGraph>;
export type AssetDetailJson = z.input<typeof AssetDetail>;
export type AssetEventJson = z.input<typeof AssetEvent>;
export type AssetCheckResultJson = z.input<typeof AssetCheckResult>;
export type AssetPlotsJson = z.input<typeof AssetPlots>;
export type AssetPartitionsJson = z.input<typeof AssetPartitions>;
export type AssetPartitionJson = z.input<typeof AssetPartition>;
export type AssetAutomationJson = z.input<typeof AssetAutomation>;
export type MaterializedJson = z.input<typeof Materialized>;
