import type { EngineEvent } from '../engine/engine.js';

const IDLE =
  /^(exec_|attach|resize|top|export|archive|copy|health_status|pull$|connect|disconnect|mount|unmount)/;

/** Whether an event of the engine changes nothing that a plan looks at. */
export function isIdle({ action }: Pick<EngineEvent, 'action'>): boolean {
  return IDLE.test(action);
}
