import { manifestFromJson } from '#framework';
import { duckDbTarget, openDuckDb } from '#tasks/duckdb';
import { openS3 } from '#tasks/s3';

import { duckDbSettings } from '../../contract/target-ground.ts';
import { contextOf } from '../stage-ground.ts';

const [directory = '', endpoint = '', accessKeyId = '', secretAccessKey = '', manifestText = ''] =
  process.argv.slice(2);

/** Loads one window, says each change of the schema, and holds the file until it is killed. */
const { store } = openS3(
  { bucket: 'lake', prefix: '', region: 'us-east-1', endpoint },
  { accessKeyId, secretAccessKey },
);
const manifest = manifestFromJson(manifestText, 'the command line');
const say = (sentence: string): void => {
  process.stdout.write(`${sentence}\n`);
};
await duckDbTarget(openDuckDb(duckDbSettings(directory)), { stage: store }).load(
  manifest,
  contextOf(manifest, { log: { ...contextOf(manifest).log, info: say } }),
);
say('loaded');
