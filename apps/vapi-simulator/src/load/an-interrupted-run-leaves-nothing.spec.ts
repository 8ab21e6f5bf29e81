import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** As `npm run simulate` runs it, with the engine that it starts; `npm test` has built both. */
const MAIN = path.join(__dirname, '../../../../dist/apps/vapi-simulator/src/main.js');
/** Far more than are over when the signal comes, at the pace of life. */
const ENDLESS = ['--calls', '500', '--wallets', '4', '--speed', '1'];

describe('a simulation that is interrupted', () => {
  let temporary: string;

  beforeEach(() => {
    temporary = mkdtempSync(path.join(tmpdir(), 'simulator-spec-'));
    chmodSync(temporary, 0o755); // under root the database's server runs as another account, which must get in
  });

  afterEach(() => rmSync(temporary, { recursive: true, force: true }));

  function simulate(...more: string[]): ChildProcess {
    return spawn(process.execPath, [MAIN, ...ENDLESS, ...more], { env: { ...process.env, TMPDIR: temporary } });
  }

  /** Resolves to the address of the run's engine, which is about to start. */
  function engineOf(run: ChildProcess): Promise<string> {
    let said = '';
    return new Promise((resolve, reject) => {
      run.stderr?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const url = /engine at (http:\S+)/.exec(said)?.[1];
        if (url !== undefined) resolve(url);
      });
      run.once('exit', () => reject(new Error(`the run ended: ${said}`)));
    });
  }

  async function ready(url: string): Promise<void> {
    for (;;) {
      const answer = await fetch(`${url}/health/ready`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  const ended = (run: ChildProcess): Promise<number | null> => new Promise((resolve) => run.once('exit', resolve));

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'while calls run (%s) stops its engine and removes its folder',
    async (signal) => {
      const run = simulate();
      const over = ended(run);
      const url = await engineOf(run);
      await ready(url);
      expect(readdirSync(temporary)).toHaveLength(1);
      run.kill(signal);
      run.kill(signal); // an impatient hand, or a terminal and its launcher both
      expect(await over).toBe(130);
      expect(readdirSync(temporary)).toEqual([]);
      await expect(fetch(url)).rejects.toThrow();
    },
    120_000,
  );

  it('while its engine is starting removes the folder too', async () => {
    const run = simulate();
    const over = ended(run);
    await engineOf(run);
    run.kill('SIGINT');
    expect(await over).toBe(130);
    expect(readdirSync(temporary)).toEqual([]);
  }, 120_000);

  it('keeps what it was told to keep', async () => {
    const run = simulate('--keep-data');
    const over = ended(run);
    await engineOf(run);
    run.kill('SIGTERM');
    expect(await over).toBe(130);
    expect(readdirSync(temporary)).toHaveLength(1);
  }, 120_000);
});
