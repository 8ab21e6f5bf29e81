import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** A process that was asked to end and has not is killed. */
const STOP_WITHIN_MS = 15_000;

export interface RunningProgram {
  readonly pid: number;
  /** What it printed, both streams. */
  output(): string;
  stop(): Promise<void>;
}

/** Where `npm start` keeps what it starts Node with; it and the benches run in the project's folder. */
const START_OPTIONS = './scripts/run/engine-options.cjs';

/** Every program that is measured runs as `npm start` runs the engine; more by `BENCH_NODE_OPTIONS='--cpu-prof'`. */
function nodeOptions(): string[] {
  const fromHere = createRequire(join(process.cwd(), 'package.json'));
  const { ENGINE_OPTIONS } = fromHere(START_OPTIONS) as { ENGINE_OPTIONS: string[] };
  return [...ENGINE_OPTIONS, ...(process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [])];
}

/** Runs a Node program that ends with us: it holds the other end of its channel and sees it close. */
export function runProgram(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): RunningProgram {
  const child: ChildProcess = spawn(process.execPath, [...nodeOptions(), script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  const keep = (chunk: Buffer): void => void (printed += chunk.toString());
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid as number,
    output: () => printed,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await exited;
      clearTimeout(killer);
    },
  };
}
