import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { startTestEngine, type TestEngine } from '../support/engine';
import { EngineProcess } from '../support/number-engine-process';
import { expectNumberAndChargeOrNeither, NumberBook, provision } from '../support/numbers';
import { makeTenant } from '../support/tenant';
import { eventually } from '../telephony/support/eventually';

/** A lease of 90 s lasts 2 s here, and absence is believed after 4.5 s. */
const TIME_SCALE = 40;
const SETTLED_WITHIN_MS = 25_000;
const BALANCE = 10_000;

describe('an engine that stands still after it noted a purchase, and before it has sent it', () => {
  let database: FreshDatabase;
  let book: NumberBook;
  let folder: string;
  let stalling: EngineProcess;
  let other: TestEngine;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-late-'));
    chmodSync(folder, 0o755);
    database = await freshDatabase('late_purchases');
    const shared = { databaseUrl: database.url, sandboxFolder: folder, timeScale: TIME_SCALE };
    stalling = await EngineProcess.start(shared, folder);
    other = await startTestEngine(shared);
    book = new NumberBook(database.url);
    await book.open();
  });

  afterAll(async () => {
    await stalling.kill();
    await book.close();
    await other.stop();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('sends it no more: another one has found nothing and refunded it since', async () => {
    const { orgId, key } = await makeTenant(other, { balancePence: BALANCE });
    await stalling.standStillAt('buying');
    const answered = provision(stalling.url, key, '212');
    await eventually(async () => expect(await book.openStepOf(orgId)).toBe('buying'));
    await book.settled(orgId, SETTLED_WITHIN_MS);
    expect(await book.journalOf(orgId)).toEqual(['topup', 'phone_number', 'refund']);

    stalling.goOn();
    await answered;
    await stalling.crashAt(null);
    const another = await makeTenant(other, { balancePence: BALANCE });
    await provision(stalling.url, another.key, '212'); // by now the first would have been sent
    await book.settled(another.orgId, SETTLED_WITHIN_MS);
    await expectNumberAndChargeOrNeither(book, folder);
    expect(await book.balanceOf(orgId)).toBe(BALANCE);
  });
});
