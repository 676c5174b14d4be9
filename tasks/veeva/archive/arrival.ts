interface Waiting {
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** How much of a file has been written, for those who read it behind the writer. */
export class Arrival {
  /** How long the file will be. */
  readonly bytes: number;
  #written = 0;
  #lost: { readonly error: unknown } | undefined;
  #waiting: Waiting[] = [];

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  /** Resolves when so many bytes lie in the file; rejects when they never will. */
  async until(bytes: number): Promise<void> {
    if (bytes <= this.#written) return;
    if (this.#lost !== undefined) throw this.#lost.error;
    await new Promise<void>((resolve, reject) => this.#waiting.push({ bytes, resolve, reject }));
  }

  add(bytes: number): void {
    this.#written += bytes;
    const ready = this.#waiting.filter((one) => one.bytes <= this.#written);
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((one) => one.bytes > this.#written);
    for (const { resolve } of ready) resolve();
  }

  /** Nothing more will be written. */
  end(error: unknown): void {
    this.#lost ??= { error };
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
