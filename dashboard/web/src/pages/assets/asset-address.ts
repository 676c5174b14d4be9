/** Where the page of an asset is: its key as a path, and what of it is shown. */
export function assetHref(key: string, query: Readonly<Record<string, string>> = {}): string {
  return withSearch(`/assets/${key.split('/').map(encodeURIComponent).join('/')}`, query);
}

/** Where the API has an asset. */
export function assetPath(key: string): string {
  return `/assets/${encodeURIComponent(key)}`;
}

/** The list of all assets, or of those that a selection names. */
export function listHref(select = ''): string {
  return withSearch('/assets', select === '' ? {} : { select });
}

/** The graph of all assets, or of those that a selection names. */
export function lineageHref(select = ''): string {
  return withSearch('/assets', { view: 'lineage', ...(select === '' ? {} : { select }) });
}

function withSearch(path: string, query: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams(query).toString();
  return search === '' ? path : `${path}?${search}`;
}

/** Where the API has what is made from what. */
export const GRAPH_PATH = '/asset-graph';

/** More assets than this come as their groups. */
export const MOST_SHOWN = 500;
