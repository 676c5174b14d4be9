export type Cell = string | number | null | undefined;

/** Aligned columns under upper-case titles; numbers stand at the right. Without rows: what `none` says. */
export function table(titles: readonly string[], rows: readonly (readonly Cell[])[], none: string): string {
  if (rows.length === 0) return none;
  const numeric = titles.map((_, column) => isNumeric(rows.map((row) => row[column])));
  const texts = [
    titles.map((title) => title.toUpperCase()),
    ...rows.map((row) => titles.map((_, column) => cellText(row[column]))),
  ];
  const widths = titles.map((_, column) => Math.max(...texts.map((row) => (row[column] ?? '').length)));
  return texts.map((row) => line(row, widths, numeric)).join('\n');
}

/** `name  value` lines for one thing. */
export function facts(entries: readonly (readonly [string, Cell])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${cellText(value)}`).join('\n');
}

function line(row: readonly string[], widths: readonly number[], numeric: readonly boolean[]): string {
  const cells = row.map((text, column) => {
    const width = widths[column] ?? 0;
    return numeric[column] === true ? text.padStart(width) : text.padEnd(width);
  });
  return cells.join('  ').trimEnd();
}

function isNumeric(column: readonly Cell[]): boolean {
  const present = column.filter((value) => value !== null && value !== undefined);
  return present.length > 0 && present.every((value) => typeof value === 'number');
}

function cellText(value: Cell): string {
  if (value === null || value === undefined || value === '') return '-';
  return String(value).replaceAll(/\s*\n\s*/g, ' ');
}
