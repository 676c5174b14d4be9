import { type ReactNode, useState } from 'react';

import { logOut } from '../api/request.ts';
import { useSession } from '../api/session.ts';
import { Icon } from '../components/values/icon.tsx';
import styles from './shell.module.css';

/** Who looks at the pages and what they may do, with the way out. */
export function Who(): ReactNode {
  const session = useSession();
  const [problem, setProblem] = useState<string | undefined>();
  if (session === undefined) return null;
  const { actor, role, via } = session;
  return (
    <div className={styles['who']}>
      <p title={via === 'local' ? 'Whoever sits at this machine: nobody has to log in here' : `${actor}, ${role}`}>
        <span>{actor}</span> <small>{role}</small>
      </p>
      {via === 'session' ? (
        <button
          type="button"
          title={problem ?? 'Log out'}
          onClick={() => void logOut().catch((error: unknown) => setProblem(String(error)))}
        >
          <Icon name={problem === undefined ? 'leave' : 'cross'} />
          <span className="unseen">{problem ?? 'Log out'}</span>
        </button>
      ) : null}
    </div>
  );
}
