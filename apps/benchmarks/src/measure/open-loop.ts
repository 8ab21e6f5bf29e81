import { setTimeout as sleep } from 'node:timers/promises';

const TICK_MS = 2;

export interface OpenLoad {
  readonly perSecond: number;
  readonly seconds: number;
}

/**
 * So many requests a second, evenly, whatever becomes of those before: as strangers ask. Resolves when all are answered.
 * @param operate is given the moment it was meant for (performance.now()), from which its latency counts; must not reject
 */
export async function openLoop(load: OpenLoad, operate: (dueMs: number) => Promise<void>): Promise<void> {
  const total = Math.round(load.perSecond * load.seconds);
  const everyMs = 1_000 / load.perSecond;
  const answers: Promise<void>[] = [];
  const began = performance.now();
  while (answers.length < total) {
    const due = Math.min(total, Math.floor((performance.now() - began) / everyMs));
    while (answers.length < due) answers.push(operate(began + answers.length * everyMs));
    await sleep(TICK_MS);
  }
  await Promise.all(answers);
}
