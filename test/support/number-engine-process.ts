import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Settings } from '@holdfast/platform';
import type { CrashOrder } from './crashing-engine';

const REGISTER = join(__dirname, 'run-typescript.cjs');
const MAIN = join(__dirname, 'crashing-engine.ts');

/** A real engine in a process of its own, which can be told to die. */
export class EngineProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** @param overrides settings other than the tests' own; `temporary`: where it may leave things when it dies */
  static async start(overrides: Partial<Settings>, temporary: string): Promise<EngineProcess> {
    const child = fork(MAIN, {
      execArgv: ['-r', REGISTER],
      env: { ...process.env, TMPDIR: temporary, HOLDFAST_TEST_OVERRIDES: JSON.stringify(overrides) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const died = once(child, 'exit').then(() => Promise.reject(new Error('the engine died while starting')));
    const [{ url }] = (await Promise.race([once(child, 'message'), died])) as [{ url: string }];
    died.catch(() => undefined);
    return new EngineProcess(child, url);
  }

  /** From now on it kills itself at this moment; null: not at all. */
  crashAt(moment: string | null): Promise<void> {
    return this.arm({ crashAt: moment, signal: 'SIGKILL' });
  }

  /** From now on it stands still at this moment, until it is told to go on. */
  standStillAt(moment: string): Promise<void> {
    return this.arm({ crashAt: moment, signal: 'SIGSTOP' });
  }

  private async arm(order: CrashOrder): Promise<void> {
    const armed = once(this.child, 'message');
    this.child.send(order);
    await armed;
  }

  /** Resolves with the signal that ended it. */
  async died(): Promise<NodeJS.Signals | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.signalCode;
  }

  /** Stands still, as on a machine that is suspended, until it is told to go on. */
  standStill(): void {
    this.child.kill('SIGSTOP');
  }

  goOn(): void {
    this.child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.died();
  }
}
