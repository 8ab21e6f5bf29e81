import { spawn, type ChildProcess } from 'node:child_process';

/** A process that was asked to end and has not is killed. */
const STOP_WITHIN_MS = 15_000;

export interface RunningProgram {
  readonly pid: number;
  /** What it printed, both streams. */
  output(): string;
  stop(): Promise<void>;
}

/** Options of Node for the programs that are measured: `BENCH_NODE_OPTIONS='--cpu-prof --cpu-prof-dir=/tmp/profile'`. */
const NODE_OPTIONS = process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [];

/** Runs a Node program that ends with us: it holds the other end of its channel and sees it close. */
export function runProgram(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): RunningProgram {
  const child: ChildProcess = spawn(process.execPath, [...NODE_OPTIONS, script, ...args], {
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
