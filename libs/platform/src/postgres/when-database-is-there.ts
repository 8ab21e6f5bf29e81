import { setTimeout as sleep } from 'node:timers/promises';
import { isConnectionLost, sqlState } from './database-fault';

/** A server that starts, recovers from a crash, or is busy is there within seconds; nobody should look longer at a typing error. */
export const START_PATIENCE_MS = 20_000;
const LOOK_AGAIN_MS = 500;

/**
 * Does work that a start needs the database for, again until the database can be reached.
 * @param waiting told of the first fault that may pass by itself, once
 * @throws a fault that waiting does not mend (password, missing database, TLS) at once, another one after `patienceMs`
 */
export async function whenDatabaseIsThere<T>(
  work: () => Promise<T>,
  waiting: (fault: unknown) => void,
  patienceMs = START_PATIENCE_MS,
): Promise<T> {
  const giveUpAt = Date.now() + patienceMs;
  for (let told = false; ; told = true) {
    try {
      return await work();
    } catch (fault) {
      if (!mayPass(fault) || Date.now() >= giveUpAt) throw fault;
      if (!told) waiting(fault);
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Also a name that is not known yet, as of a container that starts beside ours, and a socket that is not there yet. */
function mayPass(fault: unknown): boolean {
  const { syscall } = fault as NodeJS.ErrnoException;
  return isConnectionLost(fault) || sqlState(fault) === 'EAI_AGAIN' || syscall === 'connect';
}
