import { useSearchParams } from 'wouter';

export interface Filter<Name extends string> {
  /** What is asked for; undefined where anything will do. */
  readonly values: Readonly<Record<Name, string | undefined>>;
  readonly set: (name: Name, value: string) => void;
}

/** What narrows a list, kept in the address so that the view can be linked. */
export function useFilter<Name extends string>(names: readonly Name[]): Filter<Name> {
  const [search, setSearch] = useSearchParams();
  const values = valuesOf(names, search);
  const set = (name: Name, value: string): void =>
    setSearch(
      (before) => {
        if (value === '') before.delete(name);
        else before.set(name, value);
        return before;
      },
      { replace: true },
    );
  return { values, set };
}

function valuesOf<Name extends string>(
  names: readonly Name[],
  search: URLSearchParams,
): Readonly<Record<Name, string | undefined>>;
function valuesOf(names: readonly string[], search: URLSearchParams): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(names.map((name) => [name, search.get(name) ?? undefined]));
}
