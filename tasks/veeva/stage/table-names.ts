import { boundedName } from '#framework';

/**
 * A table's name is the extract's name after the dot. Extracts of different components that would share a table are
 * told apart by their component: `Object.audit__c` and `Log.audit__c` become `object_audit__c` and `log_audit__c`.
 */
export function tableNames(extracts: Iterable<string>): ReadonlyMap<string, string> {
  const known = [...new Set(extracts)];
  const users = Map.groupBy(known, shortName);
  return new Map(
    known.map((extract) => [
      extract,
      boundedName((users.get(shortName(extract)) ?? []).length > 1 ? longName(extract) : shortName(extract)),
    ]),
  );
}

function shortName(extract: string): string {
  return extract.slice(extract.indexOf('.') + 1).toLowerCase();
}

function longName(extract: string): string {
  return extract.replace('.', '_').toLowerCase();
}
