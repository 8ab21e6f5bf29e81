import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '@holdfast/platform';
import { startEngine, type Engine } from '../../apps/billing-api/src/start-engine';
import { freshDatabase, type FreshDatabase } from './database';

export interface TestEngine {
  readonly url: string;
  /** The operator key. */
  readonly adminKey: string;
  readonly webhookSecret: string;
  readonly settings: Settings;
  readonly engine: Engine;
  readonly database: FreshDatabase;
  /** Stops the engine and drops the database it was given for itself. */
  stop(): Promise<void>;
}

/** Once a day: nothing in a test should happen because a timer went off. */
const NEVER_SECONDS = 86_400;

/** What an operator would have set, without rate limits, log lines and timers. */
export function testSettings(databaseUrl: string, sandboxFolder: string): Settings {
  return {
    production: false,
    port: 0,
    host: '127.0.0.1',
    databaseUrl,
    adminApiKey: 'test-operator-key-0123456789',
    vapi: {
      webhookSecret: 'test-webhook-secret-0123456789',
      hmac: null,
      apiKey: null,
      baseUrl: null,
      controlHosts: ['.vapi.ai'],
    },
    telephonyProvider: 'sandbox',
    twilio: null,
    sandboxFolder,
    publicUrl: null,
    reservationTtlSeconds: 1_800,
    reservationSweepSeconds: NEVER_SECONDS,
    killSwitchIntervalSeconds: 60,
    callSliceSeconds: 300,
    defaultPencePerMinuteE4: 560_000,
    defaultIncrementSeconds: 60,
    webhookBodyLimitBytes: 10_485_760,
    rateLimitPerMinute: 0,
    sentryDsn: null,
    logLevel: 'silent',
    timeScale: 1,
  };
}

/**
 * An engine as main starts it, on a free port and a database of its own; with `databaseUrl` on one that is there
 * already (a second replica), which it then leaves alone.
 */
export async function startTestEngine(overrides: Partial<Settings> = {}): Promise<TestEngine> {
  const given = overrides.databaseUrl;
  const database = given ? { url: given, drop: () => Promise.resolve() } : await freshDatabase('engine');
  const sandboxFolder = mkdtempSync(join(tmpdir(), 'holdfast-sandbox-'));
  const settings: Settings = { ...testSettings(database.url, sandboxFolder), ...overrides };
  const cleanUp = async (): Promise<void> => {
    await database.drop();
    rmSync(sandboxFolder, { recursive: true, force: true });
  };
  try {
    const engine = await startEngine(settings);
    return {
      url: engine.url,
      adminKey: settings.adminApiKey,
      webhookSecret: settings.vapi.webhookSecret,
      settings,
      engine,
      database,
      stop: () => engine.stop().finally(cleanUp),
    };
  } catch (fault) {
    await cleanUp();
    throw fault;
  }
}
