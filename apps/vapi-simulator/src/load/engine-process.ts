import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EngineApi } from './engine-api';

const READY_WITHIN_MS = 90_000;
const READY_POLL_MS = 100;
/** A polite stop; then the hard one. */
const STOP_WITHIN_MS = 20_000;
const LOG_TAIL_LINES = 15;

/** An engine of our own: started, killed without warning, started again over the same data, stopped. */
export class EngineProcess {
  readonly folder: string;
  private child?: ChildProcess;
  private stopped = false;

  constructor(
    private readonly main: string,
    private readonly env: Record<string, string>,
    private readonly api: EngineApi,
  ) {
    if (!existsSync(main)) throw new Error(`there is no engine at ${main}: build it first`);
    this.folder = mkdtempSync(path.join(tmpdir(), 'holdfast-simulation-'));
    // The embedded database runs as another user where this one is root, and must be able to enter.
    chmodSync(this.folder, 0o755);
  }

  get logFile(): string {
    return path.join(this.folder, 'engine.log');
  }

  /** Resolves when the engine says that it is ready. Not after stop(): a restart must not outlive its run. */
  async start(): Promise<void> {
    if (this.stopped) throw new Error('the engine has been stopped');
    const log = createWriteStream(this.logFile, { flags: 'a' });
    const child = spawn(process.execPath, [path.resolve(this.main)], {
      cwd: this.folder,
      env: { ...inherited(), HOLDFAST_DATA: path.join(this.folder, 'data'), ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.child = child;
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await this.api.isReady())) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the engine ended:\n${this.logTail()}`);
      if (Date.now() > deadline) throw new Error(`the engine did not get ready:\n${this.logTail()}`);
      await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
    }
  }

  /** kill -9: no goodbye, no flush. Resolves when the process is gone. */
  async kill(): Promise<void> {
    await this.signal('SIGKILL');
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const killer = setTimeout(() => this.child?.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.signal('SIGTERM');
    clearTimeout(killer);
  }

  removeData(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  private logTail(): string {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
  }
}

/** What a program needs to run at all. Settings of the shell's own engine must not leak in, least of all its database. */
const INHERITED = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'TMP', 'TEMP', 'SystemRoot', 'NODE_OPTIONS'];

function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(INHERITED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** Asked of the kernel. Another process could take it in between; then the engine says so and the run ends. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
