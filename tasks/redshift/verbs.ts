import { randomUUID } from 'node:crypto';

import { type AddVerbs, type Answer, type VerbTools, driftVerbs, table } from '#framework';
import { s3Connection } from '#tasks/s3';

import { driftLog } from './audit/drift-log.ts';
import { checkRedshift } from './check/check.ts';
import type { Finding } from './check/finding.ts';
import { redshiftConnection } from './connector.ts';

/** Adds `windrow redshift …`. */
export const addVerbs: AddVerbs = (program, shell) => {
  const redshift = program.command('redshift').description('the Redshift that windows are loaded into');
  redshift
    .command('check')
    .description('permissions and settings that loads need, tried out and taken back, each problem with its remedy')
    .action(shell.act(check));
  driftVerbs(redshift, shell, async ({ connections }) => {
    const { warehouse, settings } = await connections.get(redshiftConnection);
    return driftLog({ warehouse, schema: settings.schema });
  });
};

/** A cluster that was paused takes minutes to answer. */
const CHECKING_MS = 300_000;

/** Exit code 1 where there is a problem, so that a deployment may ask. */
export async function check({ connections }: VerbTools): Promise<Answer> {
  const [opened, s3] = await Promise.all([connections.get(redshiftConnection), connections.get(s3Connection)]);
  const findings = await checkRedshift({
    settings: opened.settings,
    warehouse: opened.warehouse,
    stage: { store: s3.store, bucket: s3.settings.bucket, region: s3.settings.region },
    token: randomUUID().slice(0, 8),
    signal: AbortSignal.timeout(CHECKING_MS),
  });
  const hasProblem = findings.some(({ outcome }) => outcome === 'problem');
  return { exit: hasProblem ? 'failed' : 'ok', json: findings, text: said(findings) };
}

function said(findings: readonly Finding[]): string {
  const rows = findings.map((finding) => [
    finding.check,
    finding.outcome.replace('_', ' '),
    finding.found,
    finding.outcome === 'problem' ? finding.remedy : '',
  ]);
  return table(['check', 'outcome', 'found', 'what to do'], rows, 'Nothing was asked.');
}
