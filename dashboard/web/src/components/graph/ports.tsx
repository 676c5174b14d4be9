import { Handle, Position } from '@xyflow/react';
import type { ReactNode } from 'react';

import styles from './graph-canvas.module.css';

/** Where the arrows of a box end and begin. */
export function Ports(): ReactNode {
  return (
    <>
      <Handle type="target" position={Position.Left} className={styles['port']} isConnectable={false} />
      <Handle type="source" position={Position.Right} className={styles['port']} isConnectable={false} />
    </>
  );
}
