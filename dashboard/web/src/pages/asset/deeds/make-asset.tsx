import { type ReactNode, useState } from 'react';

import type { AssetDetailJson, MaterializedJson } from '../../../../../server/api/shapes/asset.ts';
import { Button } from '../../../components/controls/button.tsx';
import { DeedDialog } from '../../../components/operate/deed-dialog.tsx';
import { TextField } from '../../../components/operate/text-field.tsx';
import { Ready } from '../../../components/states/states.tsx';
import { FactList } from '../../../components/values/fact-list.tsx';
import { WindowTime } from '../../../components/values/time.tsx';
import { assetPath } from '../../assets/asset-address.ts';
import { suggestedPartitions } from '../partitions/suggested-partitions.ts';
import { usePartitions } from '../partitions/use-partitions.ts';
import styles from './deeds.module.css';

export type MakeDeed = 'materialize' | 'check';

const WORDS: Readonly<Record<MakeDeed, { readonly title: string; readonly does: string }>> = {
  materialize: { title: 'Materialize', does: 'makes it' },
  check: { title: 'Run the checks of', does: 'does its checks and makes nothing' },
};

interface MakeAssetProps {
  readonly asset: AssetDetailJson;
  readonly deed: MakeDeed;
  readonly onStarted: (run: number) => void;
  readonly onClose: () => void;
}

/** Asks which partition is meant, where there are any. */
export function MakeAsset(props: MakeAssetProps): ReactNode {
  return props.asset.cut === null ? <MakeDialog {...props} /> : <MakePartition {...props} />;
}

function MakePartition(props: MakeAssetProps): ReactNode {
  const reading = usePartitions(props.asset.key);
  const [typed, setTyped] = useState<string | undefined>();
  const asked = new URLSearchParams(window.location.search).get('partition') ?? undefined;
  const suggested = reading.data === undefined ? [] : suggestedPartitions(reading.data);
  const partition = typed ?? asked ?? suggested[0]?.partition ?? '';
  const questions = (
    <Ready reading={reading} what="partitions">
      {() => (
        <div className={styles['questions']}>
          <TextField label="Partition" value={partition} onChange={setTyped} example="2026-01-20T13:15Z" />
          <div className={styles['suggested']} role="group" aria-label="Partitions that may be meant">
            {suggested.map((one) => (
              <Button key={one.partition} onClick={() => setTyped(one.partition)}>
                {one.words} <code>{one.partition}</code>
              </Button>
            ))}
          </div>
        </div>
      )}
    </Ready>
  );
  return <MakeDialog {...props} partition={partition.trim()} questions={questions} />;
}

interface MakeDialogProps extends MakeAssetProps {
  /** Empty until one is named. */
  readonly partition?: string;
  readonly questions?: ReactNode;
}

function MakeDialog({ asset, deed, partition, questions, onStarted, onClose }: MakeDialogProps): ReactNode {
  const { title, does } = WORDS[deed];
  const named = partition === undefined || partition === '' ? {} : { partition };
  return (
    <DeedDialog<MaterializedJson>
      title={`${title} ${asset.key}`}
      words={deed === 'materialize' ? 'Materialize' : 'Run checks'}
      deed={{ path: `${assetPath(asset.key)}/${deed}`, body: named }}
      command={`windrow assets ${deed} ${asset.key}${named.partition === undefined ? '' : ` --partition '${named.partition}'`}`}
      isReady={partition !== ''}
      questions={questions}
      onDone={(answer) => {
        const run = runOf(answer);
        if (run !== undefined) onStarted(run);
      }}
      onClose={onClose}
    >
      {({ dagId, window: shown, partition: made }) => (
        <>
          <p>
            A run of <b>{dagId}</b> {does}.
          </p>
          <FactList
            facts={{
              ...(made === null ? {} : { Partition: <code>{made}</code> }),
              ...(shown === null ? {} : { Window: <WindowTime window={shown} /> }),
            }}
          />
        </>
      )}
    </DeedDialog>
  );
}

function runOf(answer: unknown): number | undefined {
  const run = typeof answer === 'object' && answer !== null && 'runId' in answer ? answer.runId : undefined;
  return typeof run === 'number' ? run : undefined;
}
