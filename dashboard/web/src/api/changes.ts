/** What a live message names. */
export interface Change {
  readonly kind: string;
  readonly dagId?: string;
  readonly runId?: number;
  readonly recordId?: number;
}

/** A live message as a change; what cannot be read changes nothing. */
export function changeOf(message: string): Change | undefined {
  try {
    const said: unknown = JSON.parse(message);
    return isChange(said) ? said : undefined;
  } catch {
    return undefined;
  }
}

/** What plugins keep of a change is there behind it, and told of for itself. */
const OF_PLUGINS = 'plugin_heard';

/** Whether something changed in the engine, and not only in what plugins keep of it. */
export function isOfEngine({ kind }: Change): boolean {
  return kind !== OF_PLUGINS;
}

/**
 * Whether an address shows something that changed: one thing only by its own changes, lists, overviews and what explains one thing by
 * others by any, who looks by none.
 */
export function isTouched(address: string, changes: readonly Change[]): boolean {
  const [path = ''] = address.split('?');
  const [, collection = '', id] = path.split('/');
  const shown = changes.filter(shownBy(collection));
  if (collection === 'session' || shown.length === 0) return false;
  if (id === undefined || path.endsWith('/explain')) return true;
  const name = decodeURIComponent(id);
  return shown.some((change) => {
    const named = nameIn(collection, change);
    return named === undefined || named === name;
  });
}

/** Which changes a collection can show: assets are what a plugin keeps, and sections of plugins may show anything. */
function shownBy(collection: string): (change: Change) => boolean {
  switch (collection) {
    case 'assets':
    case 'asset-graph':
      return (change) => !isOfEngine(change) || change.kind === 'much';
    case 'plugins':
      return () => true;
    default:
      return isOfEngine;
  }
}

/** What a change says about the things of one collection; undefined where it may mean any of them. */
function nameIn(collection: string, { dagId, runId, recordId }: Change): string | undefined {
  switch (collection) {
    case 'dags':
      return dagId;
    case 'runs':
      return runId?.toString();
    case 'records':
      return recordId?.toString();
    default:
      return undefined;
  }
}

function isChange(said: unknown): said is Change {
  return typeof said === 'object' && said !== null && 'kind' in said && typeof said.kind === 'string';
}
