import { Failure } from '#framework';

import type { Row } from '../client.ts';
import type { RedshiftSettings } from '../config.ts';
import { MOST_COLUMNS } from '../sql/names.ts';
import { findSchema } from '../sql/catalog.ts';
import { createSchema } from '../sql/system-tables.ts';
import type { Statement } from '../sql/text.ts';
import { rehearse } from '../transaction.ts';
import type { CheckQuestion, Finding, Step } from './finding.ts';
import { probeFile } from './probe-file.ts';
import { type RefusedStep, remedyFor, saidBy } from './remedies.ts';
import { checkSettings } from './settings.ts';
import { WHO_AM_I, copyProbe, foreignTables, procedureProbe, readable, tableProbe, tableWidths } from './statements.ts';

/** Asks for everything that loads need, by doing it and taking it back; nothing stays. */
export async function checkRedshift(question: CheckQuestion): Promise<readonly Finding[]> {
  const signedIn = await signIn(question);
  if (signedIn.kind === 'refused') return [signedIn.finding, regions(question)].flat();
  const step = { ...question, user: signedIn.user };
  const schema = await asked(step, 'schema', () => checkSchema(step));
  const findings = [signedIn.finding, schema, ...regions(question)];
  for (const [check, ask] of CHECKS) findings.push(await asked(step, check, () => ask(step)));
  return [...findings, ...(await checkSettings(step))];
}

const CHECKS: readonly (readonly [string, (step: Step) => Promise<Finding>])[] = [
  ['tables', checkTables],
  ['procedures', checkProcedures],
  ['owners', checkOwners],
  ['stage', checkStage],
  ['load errors', checkErrorTable],
  ['limits', checkLimits],
];

type SignIn =
  | { readonly kind: 'signed_in'; readonly user: string; readonly finding: Finding }
  | { readonly kind: 'refused'; readonly finding: Finding };

async function signIn(question: CheckQuestion): Promise<SignIn> {
  const check = 'sign in';
  const { warehouse, settings, signal } = question;
  let row: Row | undefined;
  const finding = await asked({ ...question, user: '' }, check, async () => {
    [row] = await warehouse.rows(WHO_AM_I, { signal });
    return { check, outcome: 'ok', found: `${row?.[0]} in ${row?.[1]} of ${placeText(settings)}` };
  });
  return finding.outcome === 'ok' ? { kind: 'signed_in', user: row?.[0] ?? '', finding } : { kind: 'refused', finding };
}

function placeText({ access }: RedshiftSettings): string {
  return access.kind === 'cluster' ? `the cluster ${access.cluster}` : `the workgroup ${access.workgroup}`;
}

/** A refusal is an answer here; anything unforeseen is not. */
async function asked(step: Step, check: string, ask: () => Promise<Finding>): Promise<Finding> {
  try {
    return await ask();
  } catch (error) {
    step.signal.throwIfAborted();
    if (!(error instanceof Failure)) throw error;
    const found = saidBy(error);
    const refused: RefusedStep = { settings: step.settings, user: step.user, bucket: step.stage.bucket };
    return { check, outcome: 'problem', found, remedy: remedyFor(found, refused) ?? UNKNOWN };
  }
}

const UNKNOWN = 'Do what the message says, then check again.';

async function checkSchema({ warehouse, settings, signal }: Step): Promise<Finding> {
  const check = 'schema';
  const [row] = await warehouse.rows(findSchema(settings.schema), { signal });
  if (row !== undefined) return { check, outcome: 'ok', found: `${settings.schema} exists` };
  await rehearse(warehouse, [createSchema(settings.schema)], { signal });
  return { check, outcome: 'ok', found: `${settings.schema} is made by the first load` };
}

async function checkTables(step: Step): Promise<Finding> {
  const { schema } = step.settings;
  await rehearseInSchema(step, tableProbe(schema, `windrow_check_${step.token}`));
  return { check: 'tables', outcome: 'ok', found: `may create, alter and drop tables in ${schema}` };
}

async function checkProcedures(step: Step): Promise<Finding> {
  const { schema } = step.settings;
  await rehearseInSchema(step, procedureProbe(schema, `sp_windrow_check_${step.token}`));
  return { check: 'procedures', outcome: 'ok', found: `may create, call and drop procedures in ${schema}` };
}

/** In the schema, or in one made for it where the first load has yet to make it. */
async function rehearseInSchema(
  { warehouse, settings: { schema }, signal }: Step,
  probe: readonly Statement[],
): Promise<void> {
  const [row] = await warehouse.rows(findSchema(schema), { signal });
  await rehearse(warehouse, row === undefined ? [createSchema(schema), ...probe] : probe, { signal });
}

const MOST_NAMED = 5;

async function checkOwners(step: Step): Promise<Finding> {
  const { warehouse, settings, signal } = step;
  const check = 'owners';
  const rows = await warehouse.rows(foreignTables(settings.schema), { signal });
  if (rows.length === 0) return { check, outcome: 'ok', found: `owns every table of ${settings.schema}` };
  const named = rows.slice(0, MOST_NAMED).map(([table, owner]) => `${table} (${owner})`);
  return {
    check,
    outcome: 'problem',
    found: `${rows.length} tables of ${settings.schema} belong to others: ${named.join(', ')}${rows.length > MOST_NAMED ? ', …' : ''}`,
    remedy: `Loads cannot follow schema changes there. Run for each: alter table "${settings.schema}"."…" owner to "${step.user}"`,
  };
}

async function checkStage(step: Step): Promise<Finding> {
  const { warehouse, settings, stage, token, signal } = step;
  const key = `windrow_check/${token}.parquet`;
  const put = await throughStore(() => stage.store.put(key, probeFile(), { signal }));
  if (put !== undefined) return storeProblem(step, put);
  try {
    const statements = copyProbe(`windrow_check_${token}`, stage.store.url(key), settings.iamRole);
    const finished = await warehouse.run(statements, { signal });
    for await (const [row] of warehouse.pages(finished, statements.length - 1, { signal })) {
      if (row?.[0] !== '1')
        return { check: 'stage', outcome: 'problem', found: `COPY of one row brought ${row?.[0]}`, remedy: UNKNOWN };
    }
  } catch (error) {
    // What COPY said matters more than a probe that could not be removed.
    await throughStore(() => stage.store.removeAll([key]));
    throw error;
  }
  const removed = await throughStore(() => stage.store.removeAll([key], { signal }));
  if (removed !== undefined) return storeProblem(step, removed);
  return { check: 'stage', outcome: 'ok', found: `COPY reads Parquet from ${stage.bucket} by ${roleText(settings)}` };
}

async function throughStore(work: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

function storeProblem({ stage }: Step, failure: Failure): Finding {
  return {
    check: 'stage',
    outcome: 'problem',
    found: failure.message,
    remedy: `Grant s3:PutObject, s3:GetObject, s3:ListBucket and s3:DeleteObject on ${stage.bucket} to the AWS identity that runs Windrow.`,
  };
}

function roleText({ iamRole }: RedshiftSettings): string {
  return iamRole === 'default' ? 'the default role' : iamRole;
}

/** Serverless has no STL tables; without a readable table the reason of a failed COPY is missing in messages. */
async function checkErrorTable({ warehouse, settings, signal }: Step): Promise<Finding> {
  const table = settings.access.kind === 'cluster' ? 'stl_load_errors' : 'sys_load_error_detail';
  await warehouse.rows(readable(table), { signal });
  return { check: 'load errors', outcome: 'ok', found: `${table} tells why a COPY failed` };
}

async function checkLimits({ warehouse, settings, signal }: Step): Promise<Finding> {
  const check = 'limits';
  const rows = await warehouse.rows(tableWidths(settings.schema), { signal });
  const full = rows.filter(([, columns]) => Number(columns) >= MOST_COLUMNS);
  if (full.length > 0) {
    return {
      check,
      outcome: 'problem',
      found: `no column can be added to ${full.map(([table, columns]) => `${table} (${columns} columns)`).join(', ')}`,
      remedy: `Redshift holds ${MOST_COLUMNS} columns a table. Drop columns that nobody needs, or leave fields out in Vault.`,
    };
  }
  const [widest] = rows;
  const most = widest === undefined ? '' : `, at most ${widest[1]} columns of ${MOST_COLUMNS} (${widest[0]})`;
  return { check, outcome: 'ok', found: `${rows.length} tables${most}` };
}

/** Only where the two settings differ is there something to say. */
function regions({ settings, stage }: CheckQuestion): readonly Finding[] {
  if (stage.region === settings.region) return [];
  return [
    {
      check: 'region',
      outcome: 'problem',
      found: `the stage bucket ${stage.bucket} is said to lie in ${stage.region}, Redshift in ${settings.region}`,
      remedy: 'Use a stage bucket in the region of the cluster: COPY of Parquet reads no other region.',
    },
  ];
}
