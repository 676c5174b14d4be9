import { type Statement, lines, literal, qualified } from '../text.ts';

/** Below the 100 KB of a statement (https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html), with what stands around the body. */
const BODY_BYTES = 96_000;

/** A string has at most 65,535 bytes, and the text of a statement is one inside a procedure. */
const TEXT_BYTES = 60_000;

/** Where a procedure lives while its transaction does; several are numbered. */
export interface ProcedureName {
  readonly schema: string;
  readonly name: string;
}

/**
 * The same statements in the same order, but fewer: runs of short ones are bodies of procedures that are made, called and
 * dropped, so that nothing of them outlives the transaction. EXECUTE takes each as text, because PL/pgSQL would read
 * a column like `found` in plain SQL as its variable.
 */
export function asProcedures(statements: readonly Statement[], at: ProcedureName): readonly Statement[] {
  return runs(statements).flatMap((run, index) =>
    run.length < 4 ? run : procedure(run, { ...at, name: `${at.name}_${index}` }),
  );
}

/** Whether a failed statement is one that `asProcedures` put in. */
export function isProcedureStatement(name: unknown): boolean {
  return Object.values<unknown>(NAMES).includes(name);
}

const NAMES = {
  create: 'create the procedure of the load',
  call: 'call the procedure of the load',
  drop: 'drop the procedure of the load',
} as const;

function runs(statements: readonly Statement[]): readonly (readonly Statement[])[] {
  const found: Statement[][] = [];
  let room = 0;
  for (const statement of statements) {
    const bytes = Buffer.byteLength(executeText(statement));
    if (bytes > Math.min(room, TEXT_BYTES)) {
      found.push([]);
      // A statement that is too long for a procedure stands alone, so that none joins it.
      room = bytes > TEXT_BYTES ? 0 : BODY_BYTES;
    }
    found.at(-1)?.push(statement);
    room -= bytes;
  }
  return found;
}

function procedure(run: readonly Statement[], { schema, name }: ProcedureName): readonly Statement[] {
  const signature = `${qualified(schema, name)}()`;
  return [
    {
      name: NAMES.create,
      sql: lines(`create procedure ${signature} as $$`, 'begin', run.map(executeText), 'end;', '$$ language plpgsql'),
    },
    { name: NAMES.call, sql: `call ${signature}` },
    { name: NAMES.drop, sql: `drop procedure ${signature}` },
  ];
}

/** Two dollars in a row would end the body. */
function executeText({ sql }: Statement): string {
  return `execute ${literal(sql).replaceAll(/\$(?=\$)/g, () => "$'||'")};`;
}
