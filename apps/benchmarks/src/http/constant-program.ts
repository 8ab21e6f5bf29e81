import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram, type RunningProgram } from './child-process';
import { freePort } from './free-port';

const LOOK_EVERY_MS = 20;
const READY_WITHIN_MS = 30_000;

export async function runConstantServer(): Promise<RunningProgram & { readonly port: number }> {
  const port = await freePort();
  const program = runProgram(join(__dirname, 'constant-server.js'), [], { PORT: String(port) });
  const giveUpAt = performance.now() + READY_WITHIN_MS;
  while (performance.now() < giveUpAt) {
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null);
    if (ready?.ok) return { ...program, port };
    await sleep(LOOK_EVERY_MS);
  }
  await program.stop();
  throw new Error(`The constant server did not start: ${program.output()}`);
}
