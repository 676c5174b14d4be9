import type { OpenPorts } from '#framework';
import { objectStage, s3Connection } from '#tasks/s3';

import { lakeTarget } from './lake-target.ts';
import { landingSource } from './landing-source.ts';

const STAGE_ROOT = 'stage';

/** Folders of one bucket. */
export interface BronzeLakeOptions {
  /** Where directories arrive. */
  readonly landing: string;
  readonly lake: string;
}

/** Directories of a landing area into a lake, file by file and byte by byte. */
export function bronzeLake({ landing, lake }: BronzeLakeOptions): OpenPorts {
  return async ({ connections }) => {
    const { store } = await connections.get(s3Connection);
    return {
      source: landingSource({ store, landing, stageRoot: STAGE_ROOT }),
      stage: objectStage(store, STAGE_ROOT),
      target: lakeTarget({ store, lake }),
    };
  };
}
