import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;

/** Repeats the expectation until it holds; after `withinMs` its own failure is the test's. */
export async function eventually<T>(expectation: () => Promise<T> | T, withinMs = 15_000): Promise<T> {
  for (const started = Date.now(); ;) {
    try {
      return await expectation();
    } catch (fault) {
      if (Date.now() - started > withinMs) throw fault;
      await sleep(LOOK_EVERY_MS);
    }
  }
}
