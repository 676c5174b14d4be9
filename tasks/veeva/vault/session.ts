/** Text that authorises requests until Vault ends it. */
export interface Session {
  readonly id: string;
  readonly vaultId: number;
}

/** One session for all callers. */
export interface SessionKeeper {
  /** The session in use; logs in where there is none. Callers that come meanwhile share the login under way. */
  readonly current: (signal: AbortSignal) => Promise<Session>;
  /** Says that Vault no longer takes this session. Saying so about an older one changes nothing. */
  readonly forget: (session: Session) => void;
}

export function keepSession(logIn: () => Promise<Session>): SessionKeeper {
  let session: Session | undefined;
  let underWay: Promise<Session> | undefined;

  const logInOnce = async (): Promise<Session> => {
    try {
      session = await logIn();
      return session;
    } finally {
      underWay = undefined;
    }
  };

  return {
    current: async (signal) => {
      signal.throwIfAborted();
      if (session !== undefined) return session;
      underWay ??= logInOnce();
      return untilAborted(underWay, signal);
    },
    forget: (expired) => {
      if (session === expired) session = undefined;
    },
  };
}

/** The login itself goes on for the others when one caller stops waiting. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
