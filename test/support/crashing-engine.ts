import { subscribe } from 'node:diagnostics_channel';
import { UnitOfWork, type Shelf, type ShelfStore } from '@holdfast/platform';
import { startTestEngine } from './engine';

/**
 * An engine that kills itself (SIGKILL, as `kill -9` would) at a moment it is told. Run by number-engine-process.ts as a
 * process of its own: what it had not made durable by then is gone.
 */
export interface CrashOrder {
  readonly crashAt: string | null;
}

/** Told by the saga itself, but for one: the order and its charge have been sent, COMMIT has not. */
export const ORDER_SENT = 'order_sent';

let crashAt: string | null = null;

function dieAt(moment: string): void {
  if (moment === crashAt) process.kill(process.pid, 'SIGKILL');
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
process.on('message', (order: CrashOrder) => {
  crashAt = order.crashAt;
  process.send?.({ armed: crashAt });
});

void startTestEngine(JSON.parse(process.env.HOLDFAST_TEST_OVERRIDES ?? '{}') as object).then(({ url }) => {
  process.send?.({ url });
});
