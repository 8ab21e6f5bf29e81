import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram, type RunningProgram } from './child-process';
import { freePort } from './free-port';

/** Beside this file once both are built. */
const ENGINE = join(__dirname, '..', '..', '..', 'billing-api', 'src', 'main.js');
const LOOK_EVERY_MS = 10;
const READY_WITHIN_MS = 60_000;

export interface EngineProgram extends RunningProgram {
  readonly port: number;
  /** From spawning the process to the first 200 of /health/ready. */
  readonly readyAfterMs: number;
}

export const BENCH_OPERATOR_KEY = 'bench-operator-key-of-32-characters';
export const BENCH_WEBHOOK_SECRET = 'bench-webhook-secret';

/** The engine as `npm start` runs it, in a process of its own, with the rate limit off. */
export async function runEngine(settings: Readonly<Record<string, string>>): Promise<EngineProgram> {
  if (!existsSync(ENGINE)) throw new Error('The engine is not built: npm run build');
  const port = await freePort();
  const spawned = performance.now();
  const program = runProgram(ENGINE, [], {
    NODE_ENV: 'development',
    PORT: String(port),
    ADMIN_API_KEY: BENCH_OPERATOR_KEY,
    VAPI_WEBHOOK_SECRET: BENCH_WEBHOOK_SECRET,
    RATE_LIMIT_PER_MINUTE: '0',
    LOG_LEVEL: 'warn',
    ...settings,
  });
  while (performance.now() - spawned < READY_WITHIN_MS) {
    if (await isReady(port)) return { ...program, port, readyAfterMs: performance.now() - spawned };
    await sleep(LOOK_EVERY_MS);
  }
  await program.stop();
  throw new Error(`The engine was not ready in ${READY_WITHIN_MS / 1_000} s: ${program.output()}`);
}

async function isReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`);
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false; // not listening yet
  }
}
