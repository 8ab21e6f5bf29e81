import { subscribe } from 'node:diagnostics_channel';
import { UnitOfWork, type Shelf, type ShelfStore } from '@holdfast/platform';
import { startTestEngine } from './engine';

/**
 * An engine that kills itself (SIGKILL, as `kill -9` would) at a moment it is told, or stands still there (SIGSTOP). Run by
 * number-engine-process.ts as a process of its own: what it had not made durable by then is gone.
 */
export interface CrashOrder {
  readonly crashAt: string | null;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

/** Told by the saga itself, but for one: the order and its charge have been sent, COMMIT has not. */
export const ORDER_SENT = 'order_sent';

let order: CrashOrder = { crashAt: null, signal: 'SIGKILL' };

function dieAt(moment: string): void {
  if (moment === order.crashAt) process.kill(process.pid, order.signal);
}

subscribe('holdfast:number-saga', (message) => dieAt((message as { moment: string }).moment));

const keep = UnitOfWork.prototype.keep as (this: UnitOfWork, shelf: object, store: object) => void;
UnitOfWork.prototype.keep = function <Need, View extends object>(
  this: UnitOfWork,
  shelf: Shelf<Need, View>,
  store: ShelfStore<Need, View>,
): void {
  const dying: ShelfStore<Need, View> = {
    load: (connection, needs) => store.load(connection, needs),
    store(connection, view) {
      const sent = store.store(connection, view);
      if (shelf.name === 'phone numbers' && sent.length > 0) dieAt(ORDER_SENT);
      return sent;
    },
  };
  keep.call(this, shelf, dying);
};

process.on('disconnect', () => process.exit(1)); // the test has gone
process.on('message', (told: CrashOrder) => {
  order = told;
  process.send?.({ armed: told.crashAt });
});

void startTestEngine(JSON.parse(process.env.HOLDFAST_TEST_OVERRIDES ?? '{}') as object).then(({ url }) => {
  process.send?.({ url });
});
