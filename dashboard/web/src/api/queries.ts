import {
  QueryClient,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';

import { changeLog } from './change-log.ts';
import { type ItemNames, KnownPages, type ReadPages } from './known-pages.ts';
import type { Problem } from './problem.ts';
import { type Query, type Sending, read, send, withQuery } from './request.ts';

const MOST_TRIES = 2;

const knownPages = new KnownPages(changeLog);

/** One page of a list, as every list of the API answers. */
interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Live events say what changed; until then what is shown is true.
        staleTime: 30_000,
        retry: (failures, problem) => failures < MOST_TRIES && isPassing(problem),
      },
    },
  });
}

/**
 * What a path answers; kept true by live events, and asked again `everyMs` where they do not tell all of it. While another query
 * of the same path is asked, the last answer stays.
 */
export function useRead<Answer>(path: string, query: Query = {}, everyMs?: number): UseQueryResult<Answer, Problem> {
  const address = withQuery(path, query);
  return useQuery<Answer, Problem>({
    queryKey: [address],
    queryFn: async ({ signal }) => read(address, signal),
    placeholderData: keepWithin(path),
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
  });
}

function keepWithin(path: string): <Data>(last: Data | undefined, from?: Asked) => Data | undefined {
  return (last, from) => (pathOf(from?.queryKey[0]) === path ? last : undefined);
}

interface Asked {
  readonly queryKey: readonly unknown[];
}

function pathOf(address: unknown): string | undefined {
  return typeof address === 'string' ? address.split('?')[0] : undefined;
}

export interface Listed<Item, Page extends ListPage<Item> = ListPage<Item>> {
  readonly items: readonly Item[];
  readonly reading: UseInfiniteQueryResult<{ readonly pages: readonly Page[] }, Problem>;
}

/**
 * The pages of a list that were asked for so far; `reading.fetchNextPage` asks for one more. While it is narrowed anew, what
 * was found before stays.
 */
export function useList<Item, Page extends ListPage<Item> = ListPage<Item>>(
  path: string,
  query: Query = {},
): Listed<Item, Page> {
  return usePages<Item, Page>(path, query, async ({ cursor, signal }) =>
    read(withQuery(path, { ...query, cursor }), signal),
  );
}

interface PageAsked {
  readonly client: QueryClient;
  readonly queryKey: readonly string[];
  readonly cursor: string | undefined;
  readonly signal: AbortSignal;
}

function usePages<Item, Page extends ListPage<Item>>(
  path: string,
  query: Query,
  readPage: (asked: PageAsked) => Promise<Page>,
): Listed<Item, Page> {
  const reading = useInfiniteQuery<
    Page,
    Problem,
    { readonly pages: readonly Page[] },
    readonly string[],
    string | undefined
  >({
    queryKey: [withQuery(path, query), 'pages'],
    queryFn: async ({ client, queryKey, signal, pageParam }) =>
      readPage({ client, queryKey, cursor: pageParam, signal }),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepWithin(path),
  });
  return { items: reading.data?.pages.flatMap(({ items }) => items) ?? [], reading };
}

/** As `useList`, for the list of one dag of which many pages are shown: only those are read again that a change may concern. */
export function useLongList<Item, Page extends ListPage<Item>>(
  path: string,
  query: Query,
  { dagId, namesOf }: { readonly dagId: string; readonly namesOf: (item: Item) => ItemNames },
): Listed<Item, Page> {
  const address = withQuery(path, query);
  return usePages<Item, Page>(path, query, async ({ client, queryKey, cursor, signal }) => {
    const data = client.getQueryData<ReadPages<Page>>(queryKey);
    const place = { address, cursor: cursor ?? '', dagId, nowMs: performance.now() };
    // The newest page is always read: what is new stands there.
    const known = cursor === undefined || data === undefined ? undefined : knownPages.stillTrue(place, data, namesOf);
    if (known !== undefined) return known;
    knownPages.noteRead(address, place.cursor, place.nowMs);
    return read<Page>(withQuery(path, { ...query, cursor }), signal);
  });
}

/** Sends a change; what is shown is asked again behind it. */
export function useSend<Answer>(): UseMutationResult<Answer, Problem, Sending> {
  const client = useQueryClient();
  return useMutation<Answer, Problem, Sending>({
    mutationFn: send,
    onSuccess: async () => askAllAgain(client),
  });
}

/** Has all that is shown read again, where it is not known what changed. */
export async function askAllAgain(client: QueryClient): Promise<void> {
  changeLog.forget();
  await client.invalidateQueries();
}

function isPassing(problem: Error): boolean {
  return 'status' in problem && (problem.status === 0 || problem.status === 503);
}
