import type { Faults, Privilege } from './faults.ts';
import { quoteLiteral, quoteName } from './sql/names.ts';
import type { Prepared } from './sql/prepared.ts';
import { RedshiftError } from './sql/redshift-error.ts';

/** @throws RedshiftError in Redshift's words where a fault takes the privilege of this statement away */
export function refuseByPermission(prepared: Prepared, sql: string, faults: Faults): void {
  if (prepared.copy !== undefined) return refuseCopy(faults);
  const privilege = privilegeOf(prepared);
  if (privilege === undefined || faults.take('permission_denied', { privilege }) === undefined) return;
  throw new RedshiftError(DENIALS[privilege](namesIn(sql)));
}

/** What SHOW answers where a fault says that somebody set it. */
export function shownByFault(prepared: Prepared, sql: string, faults: Faults): Prepared {
  const [, setting] = /^\s*show\s+(\w+)/i.exec(sql) ?? [];
  if (prepared.title !== 'SHOW' || setting === undefined) return prepared;
  const rule = faults.take('setting', { setting: setting.toLowerCase() });
  if (rule === undefined) return prepared;
  return { ...prepared, postgres: `select ${quoteLiteral(rule.value)} as ${quoteName(rule.setting)}` };
}

const BY_TITLE: Readonly<Record<string, Privilege>> = {
  'CREATE SCHEMA': 'create_schema',
  'CREATE TABLE': 'create_table',
  'CREATE PROCEDURE': 'create_procedure',
  'DROP TABLE': 'drop_table',
  ANALYZE: 'analyze_table',
  COMMENT: 'alter_table',
};

function privilegeOf({ title, touchesSession }: Prepared): Privilege | undefined {
  if (title === 'CREATE TABLE' && touchesSession) return 'create_temporary_table';
  return title.startsWith('ALTER TABLE') ? 'alter_table' : BY_TITLE[title];
}

interface Names {
  readonly schema: string;
  readonly table: string;
}

const DENIALS: Readonly<Record<Privilege, (names: Names) => string>> = {
  create_schema: () => 'permission denied for database dev',
  create_table: ({ schema }) => `permission denied for schema ${schema}`,
  create_temporary_table: () => 'permission denied to create temporary tables in database "dev"',
  create_procedure: () => 'permission denied for language plpgsql',
  alter_table: ({ table }) => `must be owner of relation ${table}`,
  drop_table: ({ table }) => `must be owner of relation ${table}`,
  analyze_table: ({ table }) => `skipping "${table}" --- only table or database owner can analyze it`,
};

/** The first qualified name in a statement. */
function namesIn(sql: string): Names {
  const [, schema = 'public', table = 'unknown'] = /"([^"]+)"\."([^"]+)"/.exec(sql) ?? [];
  return { schema, table };
}

const COPY_REFUSALS = {
  role: 'User arn:aws:redshift:us-east-1:123456789012:dbuser:windrow/loader is not authorized to assume IAM Role arn:aws:iam::123456789012:role/copy',
  bucket: 'S3ServiceException:Access Denied,Status 403,Error AccessDenied',
  region:
    'S3ServiceException:The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.,Status 301,Error PermanentRedirect',
} as const;

function refuseCopy(faults: Faults): void {
  const rule = faults.take('copy_refused', {});
  if (rule !== undefined) throw new RedshiftError(COPY_REFUSALS[rule.why]);
}
