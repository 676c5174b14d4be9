import type { TransferContext } from './ports.ts';

export const MANIFEST_KEY = '_manifest.json';

/**
 * Where one record's files lie, relative to the store: `stage/veeva_incremental/20260120T1315Z_20260120T1330Z/`.
 * The window, not the record id, names the place, so that a database that is set up anew finds what is there.
 */
export function stagePrefix(root: string, context: Pick<TransferContext, 'pipelineId' | 'window'>): string {
  const { start, end } = context.window;
  return `${root}/${context.pipelineId}/${compact(start.toString())}_${compact(end.toString())}/`;
}

function compact(instant: string): string {
  const [date = '', time = ''] = instant.replace(/(\.\d+)?Z$/, '').split('T');
  const [hour = '', minute = '', second = ''] = time.split(':');
  return `${date.replaceAll('-', '')}T${hour}${minute}${second === '00' ? '' : second}Z`;
}
