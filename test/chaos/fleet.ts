import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Closable } from '#framework';

import { pick } from './random.ts';

const PROGRAM = fileURLToPath(new URL('worker.main.ts', import.meta.url));

export interface Killed {
  readonly pid: number;
  readonly at: Date;
}

/** One worker and scheduler in a process of its own. */
interface Member {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly gone: Promise<unknown>;
  isReady: boolean;
  /** Somebody does something to it at the moment, or wants its end. */
  isTaken: boolean;
}

/** A process that ended although nobody wanted it to, after it had begun its work. */
export interface Crash {
  readonly pid: number;
  readonly said: string;
}

const KEPT_OUTPUT = 4000;

/** As many processes as wanted; one that ends is followed by another, as a supervisor would do it. */
export class Fleet implements Closable {
  readonly killed: Killed[] = [];
  readonly crashes: Crash[] = [];
  readonly #environment: Readonly<Record<string, string>>;
  readonly #members = new Set<Member>();
  #isClosing = false;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  /** Starts a process; the promise holds once it takes work. */
  async start(): Promise<void> {
    const { PATH, HOME, TMPDIR } = process.env;
    const env = { PATH, HOME, TMPDIR, ...this.#environment };
    const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    const member: Member = { child, pid: child.pid ?? 0, gone: once(child, 'exit'), isReady: false, isTaken: false };
    this.#members.add(member);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-KEPT_OUTPUT)));
    const ready = Promise.withResolvers<void>();
    child.once('message', () => {
      member.isReady = true;
      ready.resolve();
    });
    child.once('exit', () => {
      this.#members.delete(member);
      if (member.isReady && !member.isTaken) this.crashes.push({ pid: member.pid, said });
      ready.resolve();
      if (!this.#isClosing) void this.start();
    });
    await ready.promise;
  }

  async kill(random: () => number): Promise<boolean> {
    return this.#strike(random, async ({ child, pid, gone }) => {
      this.killed.push({ pid, at: new Date() });
      child.kill('SIGKILL');
      await gone;
    });
  }

  /** Stops the world of one process for a while. */
  async freeze(random: () => number, pause: () => Promise<void>): Promise<boolean> {
    return this.#strike(random, async (member) => {
      member.child.kill('SIGSTOP');
      await pause().finally(() => member.child.kill('SIGCONT'));
      member.isTaken = false;
    });
  }

  /** Makes the event loop of one process stand still, while its connections stay open. */
  async block(random: () => number, blockMs: number, pause: () => Promise<void>): Promise<boolean> {
    return this.#strike(random, async (member) => {
      member.child.send({ blockMs });
      await pause();
      member.isTaken = false;
    });
  }

  /** Never the last one that is free: somebody has to do the work. */
  async #strike(random: () => number, work: (member: Member) => Promise<void>): Promise<boolean> {
    const free = [...this.#members].filter(({ isReady, isTaken }) => isReady && !isTaken);
    const member = free.length < 2 ? undefined : pick(random, free);
    if (member === undefined) return false;
    member.isTaken = true;
    await work(member);
    return true;
  }

  /** Ends all as an operator would. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const members = [...this.#members];
    for (const member of members) {
      member.isTaken = true;
      member.child.kill(member.isReady ? 'SIGTERM' : 'SIGKILL');
    }
    await Promise.all(members.map(({ gone }) => gone));
  }
}
