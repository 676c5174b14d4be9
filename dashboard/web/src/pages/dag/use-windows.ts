import type { GridColumnJson, GridJson } from '../../../../server/api/shapes/grid.ts';
import type { ItemNames } from '../../api/known-pages.ts';
import { type Listed, useLongList } from '../../api/queries.ts';

/** Windows of a pipeline, or runs of another dag, newest first, page by page. */
export function useWindows(dag: string, atOnce: number): Listed<GridColumnJson, GridJson> {
  return useLongList(`/dags/${dag}/grid`, { limit: atOnce }, { dagId: dag, namesOf });
}

function namesOf({ run, recordId }: GridColumnJson): ItemNames {
  return { runId: run?.id, recordId: recordId ?? undefined };
}
