import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase, type FreshDatabase } from '../support/database';
import type { TestEngine } from '../support/engine';
import { EngineProcess } from '../support/number-engine-process';
import { expectNumberAndChargeOrNeither, NumberBook, provision, send, soldNumbers } from '../support/numbers';
import { makeTenant, type Tenant } from '../support/tenant';

/** The engine's clock runs so much faster: a lease of 90 s lasts 2 s here, and absence is believed after 4.5 s. */
const TIME_SCALE = 40;
/** 15 minutes of the engine's time: nothing may take longer to be settled, except a number that never activates. */
const SETTLED_WITHIN_MS = (15 * 60_000) / TIME_SCALE;
const ADMIN_KEY = 'test-operator-key-0123456789';
const BALANCE = 10_000;

type End = 'nothing' | 'active' | 'failed';

/**
 * Where the process dies, what the sandbox was told to do (by area code), and what must come of it. Steps of the saga:
 * search, intent and charge (one transaction), buy, import, activate; give back, refund; release.
 */
const MATRIX: readonly [step: string, moment: string, areaCode: string, end: End][] = [
  ['after the search', 'searched', '212', 'nothing'],
  ['while intent and charge are written', 'order_sent', '212', 'nothing'],
  ['after intent and charge', 'charged', '212', 'active'],
  ['after noting that the purchase goes out', 'buying', '212', 'failed'],
  ['after the purchase, unrecorded', 'buy_answered', '212', 'active'],
  ['after a purchase that timed out, unrecorded', 'buy_answered', '558', 'active'],
  ['after a refused purchase, unrecorded', 'buy_answered', '556', 'failed'],
  ['after the purchase', 'bought', '212', 'active'],
  ['after the import, unrecorded', 'register_answered', '212', 'active'],
  ['after an import that timed out, unrecorded', 'register_answered', '564', 'active'],
  ['after the activation', 'activated', '212', 'active'],
  ['after deciding to give a number back', 'giving_back', '559', 'failed'],
  ['after giving it back, not refunded', 'give_back_answered', '559', 'failed'],
  ['after the refund', 'refunded', '559', 'failed'],
  ['after the refund of a refused purchase', 'refunded', '561', 'failed'],
];

/** What must be written down already when it dies there: what may have been sent was noted before. */
const NOTED_BY: Readonly<Record<string, string>> = {
  charged: 'charged',
  buying: 'buying',
  buy_answered: 'buying',
  bought: 'registering',
  register_answered: 'registering',
  giving_back: 'giving_back',
  give_back_answered: 'giving_back',
  releasing: 'releasing',
  release_answered: 'releasing',
};

const RELEASES: readonly [step: string, moment: string, areaCode: string][] = [
  ['after noting the release', 'releasing', '212'],
  ['after the release at the provider, unrecorded', 'release_answered', '212'],
  ['after a release that timed out, unrecorded', 'release_answered', '565'],
  ['after the release', 'released', '212'],
];

describe('killed with -9 at any step, a purchase ends as number and charge, or neither', () => {
  let database: FreshDatabase;
  let book: NumberBook;
  let folder: string;
  let engine: EngineProcess;

  const start = (): Promise<EngineProcess> =>
    EngineProcess.start({ databaseUrl: database.url, sandboxFolder: folder, timeScale: TIME_SCALE }, folder);
  const tenant = (): Promise<Tenant> =>
    makeTenant({ url: engine.url, adminKey: ADMIN_KEY } as TestEngine, { balancePence: BALANCE });

  /** Sends what makes it die, sees it dead, and starts it again. */
  async function dieAndRestart(moment: string, orgId: string, request: () => Promise<unknown>): Promise<void> {
    await engine.crashAt(moment);
    await request().catch(() => 'the connection died with the process');
    expect(await engine.died()).toBe('SIGKILL');
    expect(await book.openStepOf(orgId)).toBe(NOTED_BY[moment] ?? null);
    engine = await start();
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
    chmodSync(folder, 0o755);
    database = await freshDatabase('number_crashes');
    book = new NumberBook(database.url);
    await book.open();
    engine = await start();
  });

  afterAll(async () => {
    await engine.kill();
    await book.close();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(() => expectNumberAndChargeOrNeither(book, folder));

  it.each(MATRIX)('%s (%s, area code %s): %s', async (_step, moment, areaCode, end) => {
    const { orgId, key } = await tenant();
    const once = randomUUID();
    await dieAndRestart(moment, orgId, () => provision(engine.url, key, areaCode, once));

    await book.settled(orgId, SETTLED_WITHIN_MS);
    const statuses = (await book.ordered(orgId)).map(({ status }) => status);
    expect(statuses).toEqual(end === 'nothing' ? [] : [end]);
    expect(await book.balanceOf(orgId)).toBe(end === 'active' ? BALANCE - 1_000 : BALANCE);

    // The client never had an answer: it repeats its key, and learns how that very purchase ended.
    const again = await provision(engine.url, key, areaCode, once);
    if (end === 'failed') expect(again.body).toMatchObject({ refunded: true });
    else expect(again).toMatchObject({ status: 201, body: { status: 'active' } });
    expect(again.replayed).toBe(end !== 'nothing');
    expect(await book.ordered(orgId)).toHaveLength(1);
  });

  it.each(RELEASES)('%s (%s, area code %s): released', async (_step, moment, areaCode) => {
    const { orgId, key } = await tenant();
    const { body } = await provision(engine.url, key, areaCode);
    expect(body).toMatchObject({ status: 'active' });
    const path = `api/managed-telephony/numbers/${String(body.phoneNumber)}`;
    await dieAndRestart(moment, orgId, () => send(engine.url, 'DELETE', path, { key }));

    await book.settled(orgId, SETTLED_WITHIN_MS);
    expect(await send(engine.url, 'DELETE', path, { key })).toMatchObject({
      status: 200,
      body: { status: 'released' },
    });
    expect(soldNumbers(folder).map(({ intentId }) => intentId)).not.toContain(body.id);
    expect(await book.balanceOf(orgId)).toBe(BALANCE - 1_000);
  });

  it('and after all these deaths the book reconciles', async () => {
    const { status, body } = await send(engine.url, 'GET', 'api/admin/reconciliation', { key: ADMIN_KEY });
    expect({ status, failed: (body.checks as { ok: boolean }[]).filter(({ ok }) => !ok) }).toEqual({
      status: 200,
      failed: [],
    });
  });
});
