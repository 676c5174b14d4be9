import { type Command, InvalidArgumentError } from 'commander';

import { formatDuration } from '../../core/duration.ts';
import { DefinitionFailure } from '../../core/failures.ts';
import { type PoolLimits, type Rate, poolLimits } from '../../dag/pool.ts';
import { type PoolChange, resetPool, setPool } from '../../store/pools.ts';
import { type PoolView, listPools } from '../../store/views/list-pools.ts';
import { type Answer, done, notFound, trouble } from '../answer.ts';
import { unknownName } from '../near-names.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { type Cell, table } from '../table.ts';

interface SetOptions {
  readonly slots?: number;
  readonly rate?: Rate | 'none';
  readonly reset?: true;
}

export function addPools(program: Command, { act }: Shell): void {
  const pools = program.command('pools').description('limits on how many tasks run at once');
  pools
    .command('list')
    .description('every pool with limits: what is in force, who set it, what is held')
    .action(act(list));
  pools
    .command('set')
    .description('set the limits of a pool by hand; they stay over restarts until --reset')
    .argument('<pool>', 'name of the pool')
    .option('--slots <count>', 'how many slots; 0 lets nothing more start', slotsArgument)
    .option('--rate <starts/time>', 'the most starts in a time, for example 5/1s, or none', rateArgument)
    .option('--reset', 'back to what the code says')
    .action(act(set));
}

async function list(session: Session): Promise<Answer> {
  const pools = await session.withDags((database) => listPools(database));
  const rows = pools.map((pool): Cell[] => [
    pool.name,
    pool.slots,
    pool.used,
    pool.held,
    rateText(pool),
    setByText(pool),
  ]);
  const titles = ['pool', 'slots', 'in use', 'tasks held', 'rate', 'set by'];
  return done(pools, table(titles, rows, 'The project limits no pool.'));
}

function setByText({ setBy, code, removedAt }: PoolView): string {
  if (removedAt !== null) return `${setBy === 'operator' ? 'an operator' : 'the code'}; removed from code`;
  return setBy === 'operator' ? `an operator; the code says ${limitsText(code)}` : 'the code';
}

async function set(session: Session, name: string, { reset, ...options }: SetOptions): Promise<Answer> {
  if ((reset === true) === (options.slots !== undefined || options.rate !== undefined)) {
    return trouble('usage', {
      code: 'E_USAGE',
      message: 'Say either what to set, with --slots and --rate, or --reset.',
    });
  }
  return session.withDags(async (database) => {
    const before = (await listPools(database)).find((pool) => pool.name === name);
    const known = before !== undefined && (await change(database, before, { ...options, by: session.user }));
    const pools = await listPools(database);
    const pool = pools.find((one) => one.name === name);
    if (!known || pool === undefined) {
      return notFound(
        unknownName(
          'pool',
          name,
          pools.map((one) => one.name),
        ),
      );
    }
    return done(
      pool,
      `Pool ${name} has ${limitsText(pool)}, set by ${pool.setBy}. A scheduler heeds it within a second.`,
    );
  });
}

function change(
  database: Parameters<typeof setPool>[0],
  { name, slots }: PoolView,
  options: Partial<PoolChange> & { readonly by: string },
): Promise<boolean> {
  if (options.slots === undefined && options.rate === undefined) return resetPool(database, name, options.by);
  return setPool(database, name, { slots, ...options });
}

function limitsText(limits: PoolLimits): string {
  const slots = `${limits.slots} slot${limits.slots === 1 ? '' : 's'}`;
  return limits.rate === undefined ? slots : `${slots} and ${rateText(limits)}`;
}

function rateText({ rate }: PoolLimits): string {
  return rate === undefined ? '-' : `${rate.starts}/${formatDuration(rate.perMs)}`;
}

function slotsArgument(text: string): number {
  const slots = Number(text);
  if (/^\d+$/.test(text) && slots <= 100_000) return slots;
  throw new InvalidArgumentError('Expected a whole number from 0 to 100000.');
}

function rateArgument(text: string): Rate | 'none' {
  if (text === 'none') return text;
  const [starts = '', per = '', ...rest] = text.split('/');
  try {
    const { rate } = poolLimits('any', { slots: 1, rate: { starts: Number(starts), per } });
    if (rest.length === 0 && rate !== undefined) return rate;
  } catch (error) {
    if (!(error instanceof DefinitionFailure)) throw error;
  }
  throw new InvalidArgumentError('Expected STARTS/TIME, for example 5/1s, or none.');
}
