/** A line of a JSON value as people read it. */
export interface JsonLine {
  readonly path: string;
  readonly depth: number;
  /** The key or index within its parent; null for the root. */
  readonly name: string | null;
  readonly value:
    | { readonly kind: 'leaf'; readonly type: 'string' | 'number' | 'boolean' | 'null'; readonly text: string }
    | { readonly kind: 'branch'; readonly type: 'list' | 'object'; readonly size: number; readonly isOpen: boolean };
}

/** Deeper branches begin closed. */
const OPEN_DEPTH = 2;

/** The lines of a value; `toggled` names branches that are not as their depth would have them. */
export function jsonLines(value: unknown, toggled: ReadonlySet<string>): readonly JsonLine[] {
  return linesOf({ value, name: null, path: '$', depth: 0 }, toggled);
}

interface Place {
  readonly value: unknown;
  readonly name: string | null;
  readonly path: string;
  readonly depth: number;
}

function linesOf(place: Place, toggled: ReadonlySet<string>): readonly JsonLine[] {
  const { value, name, path, depth } = place;
  if (typeof value !== 'object' || value === null) return [{ path, depth, name, value: leaf(value) }];
  const children = Object.entries(value);
  const isOpen = depth < OPEN_DEPTH !== toggled.has(path) && children.length > 0;
  const type = Array.isArray(value) ? 'list' : 'object';
  const line: JsonLine = { path, depth, name, value: { kind: 'branch', type, size: children.length, isOpen } };
  if (!isOpen) return [line];
  return [
    line,
    ...children.flatMap(([key, child]) =>
      linesOf({ value: child, name: key, path: `${path}.${key}`, depth: depth + 1 }, toggled),
    ),
  ];
}

function leaf(value: unknown): JsonLine['value'] {
  if (typeof value === 'number') return { kind: 'leaf', type: 'number', text: String(value) };
  if (typeof value === 'boolean') return { kind: 'leaf', type: 'boolean', text: String(value) };
  if (value === null || value === undefined) return { kind: 'leaf', type: 'null', text: 'null' };
  return { kind: 'leaf', type: 'string', text: JSON.stringify(value) };
}
