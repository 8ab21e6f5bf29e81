import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processBirth, processCommand } from './process-birth';
import { startEmbeddedPostgres } from './start-embedded-postgres';

const OWNER_PROGRAM = resolve('test/support/embedded-postgres-owner.cjs');
const GONE_LIMIT_MS = 10_000;

describe('when the process that owns an embedded PostgreSQL is killed', () => {
  let parent: string;
  let directory: string;
  let owner: ChildProcess;
  let postgres: number;

  beforeAll(() => {
    parent = mkdtempSync(join(tmpdir(), 'holdfast-orphan-'));
    chmodSync(parent, 0o755); // under root the server's account must get in
    directory = join(parent, 'pg');
  });

  beforeEach(async () => {
    owner = spawn(process.execPath, [OWNER_PROGRAM, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(owner.stdout!, 'data')) as [Buffer];
    postgres = Number(line);
  });

  afterEach(async () => {
    owner.kill('SIGKILL');
    await goes(postgres);
  });

  afterAll(() => rmSync(parent, { recursive: true, force: true }));

  it('no PostgreSQL process stays behind', async () => {
    expect(processBirth(postgres)).toBeDefined();
    owner.kill('SIGKILL');
    expect(await goes(postgres)).toBe(true);
  });

  it('the next start, at once, has a server of its own with all data', async () => {
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const next = await startEmbeddedPostgres({ directory });
    expect(next.pid).not.toBe(postgres);
    expect(processBirth(postgres)).toBeUndefined();
    await sleep(200); // time for a late watchdog to hit the wrong server
    expect(processBirth(next.pid)).toBeDefined();
    await next.stop();
  });

  it('a server that outlived even its watchdog is taken over', async () => {
    const watchdog = watchdogOf(postgres);
    process.kill(watchdog, 'SIGKILL');
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(processBirth(postgres)).toBeDefined();
    const next = await startEmbeddedPostgres({ directory });
    expect(next.adopted).toBe(true);
    expect(processBirth(postgres)).toBeUndefined();
    await next.stop();
  });

  it('a living owner keeps the folder: a second start names it', async () => {
    await expect(startEmbeddedPostgres({ directory })).rejects.toThrow(`is in use by process ${owner.pid}`);
    expect(processBirth(postgres)).toBeDefined();
  });
});

async function goes(pid: number): Promise<boolean> {
  const until = Date.now() + GONE_LIMIT_MS;
  while (processBirth(pid) !== undefined && Date.now() < until) await sleep(20);
  return processBirth(pid) === undefined;
}

function watchdogOf(pid: number): number {
  const watchdog = readdirSync('/proc').find((entry) => processCommand(Number(entry)).endsWith(` sh ${pid} `));
  return Number(watchdog);
}
