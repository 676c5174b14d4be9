import { join } from 'node:path';

import type {
  AskedTarget,
  DeclaredConnection,
  ObjectStore,
  OpenPorts,
  Target,
  Temporal,
  TransferPorts,
} from '#framework';
import { type DynamoDbOpened, dynamoDbConnection } from '#tasks/dynamodb';
import { eventBridgeConnection } from '#tasks/eventbridge';
import { type LongText, converterConnection } from '#tasks/parquet';
import { redshiftConnection, redshiftTarget } from '#tasks/redshift';
import { objectStage, s3Connection } from '#tasks/s3';
import { snsConnection } from '#tasks/sns';
import { type ExtractKind, type VaultSettings, vaultConnection, veevaSource } from '#tasks/veeva';
import { announceDocuments } from '#tasks/veeva-documents';

import { holdRule, releaseRule } from './held-rule.ts';
import { LOG_PROCESS_ID, startConnection } from './start.ts';
import { tellLeftOut } from './tell-left-out.ts';

const STAGE_ROOT = 'stage';

/** What Direct Data pipelines open on the way to any target. */
export const WAY_CONNECTIONS: readonly DeclaredConnection[] = [
  vaultConnection,
  s3Connection,
  dynamoDbConnection,
  snsConnection,
  eventBridgeConnection,
  converterConnection,
  startConnection,
];

/** Everything that the Direct Data pipelines open. */
export const CONNECTIONS: readonly DeclaredConnection[] = [...WAY_CONNECTIONS, redshiftConnection];

/** Direct Data files of one kind from Vault over S3 into Redshift, with the watermark and the message on failure. */
export function veevaToRedshift(kind: ExtractKind): OpenPorts {
  return veevaTo(kind, async ({ connections, store }) => {
    const opened = await connections.get(redshiftConnection);
    return { target: redshiftTarget(opened, { stage: store }), columnLimits: opened.columnLimits };
  });
}

/** Opens the target of a pipeline; `store` holds the staged files. */
export type OpenTarget = (
  tools: Pick<Parameters<OpenPorts>[0], 'connections'> & { readonly store: ObjectStore },
) => Promise<WayEnd>;

/** A target, and what the source asks of it. */
export interface WayEnd extends Pick<AskedTarget, 'columnLimits'> {
  readonly target: Target;
}

export interface WayOptions {
  /** The target's text has no limit of 65,535 bytes, so that a longer one is not split for it. */
  readonly holdsLongText?: boolean;
}

/** Direct Data files of one kind from Vault over S3 into any target. */
export function veevaTo(kind: ExtractKind, openTarget: OpenTarget, options: WayOptions = {}): OpenPorts {
  return async ({ connections }): Promise<TransferPorts> => {
    const [vault, { store }, watermarks, topic, rule, converter] = await Promise.all([
      connections.get(vaultConnection),
      connections.get(s3Connection),
      connections.get(dynamoDbConnection),
      connections.get(snsConnection),
      connections.get(eventBridgeConnection),
      connections.get(converterConnection),
    ]);
    const { archiveFolder, stageFormat, transferDirectory, unpackedLimit, onMissingColumn, badRows, onLongText, host } =
      vault.settings;
    const { target, columnLimits } = await openTarget({ connections, store });
    const listsDocuments = vault.settings.documentContent !== 'none';
    return {
      source: veevaSource({
        client: vault.client,
        store,
        converter,
        kind,
        format: stageFormat,
        archiveFolder,
        stageRoot: STAGE_ROOT,
        temporaryDirectory: join(transferDirectory, host.replace(':', '-')),
        unpackedLimit,
        onMissingColumn,
        badRows,
        columnLimits,
        longText: options.holdsLongText === true ? WHOLE[onLongText] : CUT[onLongText],
        listsDocuments,
      }),
      stage: objectStage(store, STAGE_ROOT),
      target,
      completed: async (manifest, context) => {
        await advance[kind](watermarks, manifest.window.end, context.signal);
        await releaseRule(rule, context);
        await tellLeftOut(topic, manifest, context);
        if (listsDocuments) await announceDocuments(store, STAGE_ROOT, context);
      },
      waits: async (failure, { pipelineId, window, recordId, signal }) => {
        await topic.publishNotice({ state: 'waits', pipelineId, window, recordId, failure }, { signal });
      },
      failed: async (failure, context) => {
        const { pipelineId, window, recordId, signal } = context;
        const held = await holdRule(rule, context);
        await topic.publishNotice(
          { state: 'failed', pipelineId, window, recordId, failure, ...(held === undefined ? {} : { rule: held }) },
          { signal },
        );
      },
    };
  };
}

type LongTexts = Readonly<Record<VaultSettings['onLongText'], LongText>>;

const WHOLE: LongTexts = { fail: 'refuse', super: 'whole', split: 'whole' };
const CUT: LongTexts = { fail: 'refuse', super: 'parts', split: 'split' };

type Advance = (watermarks: DynamoDbOpened, to: Temporal.Instant, signal: AbortSignal) => Promise<unknown>;

const advance: Readonly<Record<ExtractKind, Advance>> = {
  incremental: (watermarks, to, signal) => watermarks.advanceWatermark(to, { signal }),
  // A Full re-bases: incremental files go on from its stop time. A Full older than what is loaded moves nothing back.
  full: (watermarks, to, signal) => watermarks.advanceWatermark(to, { signal }),
  log: (watermarks, to, signal) => watermarks.advanceWatermark(to, { signal, processId: LOG_PROCESS_ID }),
};
