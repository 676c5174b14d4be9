/** What a dag of the load must have done in the end: these effects for every window between start and end. */
export interface Expectation {
  readonly dagId: string;
  /** A sensor's dag has items where others have windows; their keys are the same moments. */
  readonly kind: 'dag' | 'pipeline' | 'sensor';
  readonly everyMs: number;
  readonly effects: readonly string[];
  /** Effects of one window come after those of every earlier one. */
  readonly isStrict: boolean;
  /** Every so manieth window fails until people have mended its cause and run it again. */
  readonly brokenEach?: number;
  /** People cancel some of its runs. */
  readonly isCancelled?: true;
}

/** Elements of the mapped task: one fails at first, one is deferred. */
export const ELEMENTS: readonly number[] = [0, 1, 2, 3, 4, 5];
export const ELEMENT_THAT_FAILS = 2;
export const ELEMENT_THAT_WAITS = 3;

/** The only pool with limits: more tasks want its slots than it has. */
export const NARROW = { name: 'narrow', slots: 4 } as const;
/** Slots of each task of the dag `pooled`. */
export const WEIGHTS: Readonly<Record<string, number>> = { light: 1, middle: 2, heavy: 3 };

const [CHAIN, WIDTH] = [4, 10];
export const CHAIN_TASKS = Array.from({ length: CHAIN }, (_, index) => `link_${index}`);
export const WIDE_TASKS = Array.from({ length: WIDTH }, (_, index) => `wide_${index}`);

/** The pipeline whose past windows are loaded by backfills. */
export const ARCHIVE = 'archive';

export const EXPECTED: readonly Expectation[] = [
  plain('chain', 2000, CHAIN_TASKS),
  plain('fan', 4000, ['out', ...WIDE_TASKS, 'in']),
  plain('retrying', 3000, ['fails_twice', 'goes_on']),
  plain('deferring', 3000, ['waits', 'goes_on']),
  plain('turning', 5000, ['turns', 'goes_on']),
  plain('mapped', 6000, ['list', ...ELEMENTS.map(elementTask), 'gather']),
  plain('pooled', 4000, Object.keys(WEIGHTS)),
  { ...plain('stumbling', 5000, ['goes_before', 'stumbles', 'goes_on']), brokenEach: 3 },
  { ...plain('cancelled', 4000, ['begins', 'goes_on']), isCancelled: true },
  { ...plain('arrivals', 4000, ['receives', 'files_away']), kind: 'sensor', isStrict: true, brokenEach: 5 },
  strict('orders', 3000),
  strict('invoices', 5000),
  { ...strict('payments', 6000), brokenEach: 3, isCancelled: true },
  { ...strict(ARCHIVE, 6000), isStrict: false },
];

/** The effect of one instance of the mapped task. */
export function elementTask(element: number): string {
  return `each_${element}`;
}

/** Whether a window fails until people have mended its cause. */
export function isBroken({ everyMs, brokenEach }: Expectation, startMs: number): boolean {
  return brokenEach !== undefined && Math.floor(startMs / everyMs) % brokenEach === 0;
}

/** @throws Error for a dag that is not of the load */
export function expectationOf(dagId: string): Expectation {
  const found = EXPECTED.find((each) => each.dagId === dagId);
  if (found === undefined) throw new Error(`The load has no dag ${dagId}.`);
  return found;
}

function plain(dagId: string, everyMs: number, effects: readonly string[]): Expectation {
  return { dagId, everyMs, effects, kind: 'dag', isStrict: false };
}

function strict(dagId: string, everyMs: number): Expectation {
  return { dagId, everyMs, effects: ['load'], kind: 'pipeline', isStrict: true };
}
