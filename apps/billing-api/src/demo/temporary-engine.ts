import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@holdfast/platform';
import { readSettings } from '../read-settings';
import { startEngine } from '../start-engine';
import type { VapiStandIn } from './vapi-stand-in';

/** Nothing here outlives the demo, so nothing needs to reach a disk. An engine's own PostgreSQL is durable. */
const VOLATILE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } as const;
const FOLDER_PREFIX = 'holdfast-demo-';
/** Holds expire two minutes after the last sign of life instead of thirty: nobody wants to watch that. */
export const TTL_SECONDS = 120;
/** Only when the story says so. */
const NEVER_SECONDS = 86_400;

/** Those of the recorded deliveries. */
export const WEBHOOK_SECRET = 'test-vapi-secret-visible';
export const HMAC_SECRET = 'visible-hmac-secret';
export const OPERATOR_KEY = 'operator-key-of-the-demo';

export interface TemporaryEngine {
  readonly url: string;
  /** Stops engine and database and removes the folder. */
  stop(): Promise<void>;
}

/** An engine as main starts it, on a free port and a PostgreSQL of its own in a folder that goes with it. */
export async function startTemporaryEngine(vapi: VapiStandIn, timeScale: number): Promise<TemporaryEngine> {
  removeFoldersOfDeadDemos();
  const folder = mkdtempSync(join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
  const undo: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    chmodSync(folder, 0o755); // under root the server runs as another account, which must get in
    const postgres = await startEmbeddedPostgres({
      directory: join(folder, 'pg'),
      authentication: 'trust',
      settings: VOLATILE,
    });
    undo.push(
      () => rmSync(postgres.directory, { recursive: true, force: true }),
      () => postgres.stop(),
    );
    // Nothing of the caller's environment: the demo must not meet a real database or a real Vapi account.
    const settings = await readSettings(
      {
        PORT: '0',
        ADMIN_API_KEY: OPERATOR_KEY,
        VAPI_WEBHOOK_SECRET: WEBHOOK_SECRET,
        VAPI_HMAC_SECRET: HMAC_SECRET,
        VAPI_API_KEY: 'none',
        VAPI_BASE_URL: vapi.url,
        VAPI_CONTROL_HOSTS: vapi.host,
        RESERVATION_TTL_SECONDS: String(TTL_SECONDS),
        RESERVATION_SWEEP_SECONDS: String(NEVER_SECONDS),
        TIME_SCALE: String(timeScale),
        LOG_LEVEL: 'error',
      },
      { databaseUrl: () => Promise.resolve(postgres.url()), secret: (name) => name, folder },
    );
    const engine = await startEngine(settings);
    undo.push(() => engine.stop());
    return { url: engine.url, stop };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

/** A demo that was killed leaves its folder; its server has gone by itself. */
function removeFoldersOfDeadDemos(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(FOLDER_PREFIX) ? Number(name.slice(FOLDER_PREFIX.length).split('-')[0]) : NaN;
    if (!Number.isNaN(pid) && isDead(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isDead(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (fault) {
    return (fault as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
