import { ArchiveFault, type Endpoint, type Fault, type FaultKind, type FaultOf } from './fault.ts';

/** What a fault is asked about: the call, and the names of the file and part it is about. */
export interface FaultSubject {
  readonly endpoint?: Endpoint;
  readonly names?: readonly string[];
}

/** The faults in force. Tests add and clear them while the Vault runs. */
export class FaultBoard {
  #active: { readonly fault: Fault; left: number }[] = [];

  add(...faults: readonly Fault[]): void {
    for (const fault of faults) {
      const left = 'times' in fault ? (fault.times ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
      this.#active.push({ fault, left });
    }
  }

  /** Ends every fault, or those of one kind. */
  clear(kind?: FaultKind): void {
    this.#active = kind === undefined ? [] : this.#active.filter(({ fault }) => fault.kind !== kind);
  }

  list(): Fault[] {
    return this.#active.map(({ fault }) => fault);
  }

  /** The first fault of this kind that applies; it has struck once more. */
  strike<Kind extends FaultKind>(kind: Kind, subject: FaultSubject = {}): FaultOf<Kind> | undefined {
    for (const entry of this.#active) {
      if (!isOfKind(entry.fault, kind) || !applies(entry.fault, subject)) continue;
      entry.left -= 1;
      if (entry.left <= 0) this.#active = this.#active.filter((other) => other !== entry);
      return entry.fault;
    }
    return undefined;
  }

  /** The archive faults of a file, in the order in which they were added. */
  archiveFaults(file: string): ArchiveFault[] {
    return this.#active.flatMap(({ fault }) => {
      const parsed = ArchiveFault.safeParse(fault);
      return parsed.success && applies(fault, { names: [file] }) ? [parsed.data] : [];
    });
  }
}

function isOfKind<Kind extends FaultKind>(fault: Fault, kind: Kind): fault is FaultOf<Kind> {
  return fault.kind === kind;
}

function applies(fault: Fault, subject: FaultSubject): boolean {
  const here = !('endpoint' in fault) || fault.endpoint === undefined || fault.endpoint === subject.endpoint;
  const file = 'file' in fault ? fault.file : undefined;
  return here && (file === undefined || (subject.names ?? []).includes(file));
}
