import { execFileSync, spawn } from 'node:child_process';
import { chownSync, openSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

import { ConfigFailure } from '../../core/failures.ts';

/** Runs PostgreSQL's programs as a user that they accept: PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly own: (path: string) => void;
  /** @throws ConfigFailure `E_POSTGRES_PROGRAM_FAILED` with what the program said. */
  readonly run: (program: string, parameters: readonly string[], logFile: string) => Promise<void>;
}

const ACCOUNT = 'postgres';

/** All that the programs need; a server must not hold the secrets of whoever started it. Windows adds its own. */
const ENVIRONMENT = { LC_ALL: 'C', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

export function openServerUser(): ServerUser {
  if (userInfo().uid !== 0) return { own: () => {}, run: (...call) => launch([], call) };
  const ids = accountIds() ?? createAccount();
  return {
    own: (path) => chownSync(path, ids.uid, ids.gid),
    // Root's folders (a home, a folder made by mktemp) are closed to other users. dac_override lets the server reach its
    // programs and data there; it is kept as an ambient capability because a change of user drops all others. PostgreSQL
    // looks at its own programs by access(2), which asks for the permitted capabilities of a real user other than root
    // only where no_setuid_fixup is set.
    run: (...call) =>
      launch(
        [
          'setpriv',
          '--securebits=+no_setuid_fixup',

          `--reuid=${ids.uid}`,
          `--regid=${ids.gid}`,
          '--clear-groups',
          '--inh-caps=+dac_override',
          '--ambient-caps=+dac_override',
        ],
        call,
      ),
  };
}

type Call = Parameters<ServerUser['run']>;

async function launch(prefix: readonly string[], [program, parameters, logFile]: Call): Promise<void> {
  const [command = program, ...rest] = [...prefix, program, ...parameters];
  // A file, not a pipe: a server whose parent is gone must not die of a closed pipe.
  const output = openSync(logFile, 'a');
  const child = spawn(command, rest, { stdio: ['ignore', output, output], cwd: '/', env: ENVIRONMENT });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code === 0) return;
  throw new ConfigFailure(
    'E_POSTGRES_PROGRAM_FAILED',
    `The built-in PostgreSQL could not be used: ${program} ended with code ${code}. It said:\n${lastLines(logFile)}\n` +
      `The whole log is ${logFile}. Mend what it says, or set DATABASE_URL to another server.`,
  );
}

function lastLines(logFile: string): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
}

function accountIds(): { readonly uid: number; readonly gid: number } | undefined {
  try {
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, ACCOUNT], { stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

function createAccount(): { readonly uid: number; readonly gid: number } {
  execFileSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', ACCOUNT]);
  const ids = accountIds();
  if (ids !== undefined) return ids;
  throw new ConfigFailure(
    'E_POSTGRES_NO_USER',
    `PostgreSQL does not run as root and the user "${ACCOUNT}" could not be created. Run as another user, or set DATABASE_URL.`,
  );
}
