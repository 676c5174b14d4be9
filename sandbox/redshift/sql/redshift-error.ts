/** An error as Redshift reports it: `ERROR: <message>`, sometimes with the place in the statement and a detail. */
export class RedshiftError extends Error {
  /** Counted from 1 in the statement as it was sent. */
  readonly position: number | undefined;
  readonly detail: string | undefined;

  constructor(message: string, where: { readonly position?: number; readonly detail?: string } = {}) {
    super(message);
    this.name = 'RedshiftError';
    this.position = where.position;
    this.detail = where.detail;
  }
}

/** The text that DescribeStatement shows. */
export function errorText(error: RedshiftError): string {
  const position = error.position === undefined ? '' : `\n  Position: ${error.position}`;
  const detail = error.detail === undefined ? '' : `\n  Detail: ${error.detail}`;
  return `ERROR: ${error.message}${position}${detail}`;
}
