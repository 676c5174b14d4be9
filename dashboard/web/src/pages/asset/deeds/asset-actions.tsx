import { type ReactNode, useState } from 'react';

import type { AssetDetailJson } from '../../../../../server/api/shapes/asset.ts';
import { Button } from '../../../components/controls/button.tsx';
import { MakeAsset, type MakeDeed } from './make-asset.tsx';
import { StartedRun } from './started-run.tsx';

/** What can be asked of an asset that Windrow makes, and the run that was asked for last. */
export function AssetActions({ asset }: { readonly asset: AssetDetailJson }): ReactNode {
  const [open, setOpen] = useState<MakeDeed | undefined>();
  const [run, setRun] = useState<number | undefined>();
  if (asset.maker.kind === 'external') return null;
  return (
    <>
      {run === undefined ? null : <StartedRun key={run} run={run} />}
      {asset.checkList.length === 0 || asset.maker.kind === 'pipeline' ? null : (
        <Button demands="operator" onClick={() => setOpen('check')}>
          Run checks …
        </Button>
      )}
      <Button demands="operator" tone="main" onClick={() => setOpen('materialize')}>
        Materialize …
      </Button>
      {open === undefined ? null : (
        <MakeAsset asset={asset} deed={open} onStarted={setRun} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
}
