import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { startTestEngine, type TestEngine } from '../support/engine';
import '../support/second-try';
import { lockWallet, sql } from './support/database-access';
import { DatabaseProxy } from './support/database-proxy';
import { deliver, type Answer } from './support/deliver';
import { eventually } from './support/eventually';
import { assistantRequest } from './support/messages';
import { Operator } from './support/operator';
import { openNumberedTenant, type NumberedTenant } from './support/tenants';

/** The gate's own deadline is 5 s, Vapi's is 7.5 s; the rest is for a busy machine. */
const DEADLINE_MS = 7_000;
const SORRY = /not available right now/i;

interface Asked {
  readonly answer: Answer;
  readonly tookMs: number;
}

/** An engine whose database is behind a proxy, and a second way to look at that database. */
class Ward {
  private constructor(
    readonly database: FreshDatabase,
    readonly proxy: DatabaseProxy,
    readonly engine: TestEngine,
    readonly operator: Operator,
    readonly tenant: NumberedTenant,
  ) {}

  static async open(name: string): Promise<Ward> {
    const database = await freshDatabase(name);
    const proxy = await DatabaseProxy.before(database.url);
    const engine = await startTestEngine({ databaseUrl: proxy.url });
    const operator = new Operator(engine);
    const tenant = await openNumberedTenant(operator, { balancePence: 1_000 });
    // Once while all is well, so that every connection is open.
    await deliver(engine, assistantRequest(randomUUID(), { phoneNumberId: randomUUID() }));
    return new Ward(database, proxy, engine, operator, tenant);
  }

  async ask(callId: string = randomUUID()): Promise<Asked> {
    const started = Date.now();
    const answer = await deliver(this.engine, assistantRequest(callId, this.tenant.call));
    return { answer, tookMs: Date.now() - started };
  }

  async holds(): Promise<string[]> {
    const all = await sql<{ status: string }>(this.database.url, 'select status from credit_reservations');
    return all.map(({ status }) => status);
  }

  /** Somebody else sits on the wallet's row, for longer than the engine waits for it. */
  async lockForAWhile(): Promise<void> {
    const unlock = await lockWallet(this.database.url, this.tenant.orgId);
    setTimeout(() => void unlock(), 4_000);
  }

  async close(): Promise<void> {
    this.proxy.become('open');
    await this.engine.stop();
    await this.proxy.close();
    await this.database.drop();
  }
}

function expectSorry({ answer, tookMs }: Asked): void {
  expect(answer).toMatchObject({ status: 200, body: { error: expect.stringMatching(SORRY) } });
  expect(tookMs).toBeLessThan(DEADLINE_MS);
}

describe('an assistant-request', () => {
  const wards: Ward[] = [];

  afterAll(() => Promise.all(wards.map((ward) => ward.close())));

  /** Asks while something is wrong, for so long. @returns once both are over */
  async function askWhile(
    name: string,
    wrong: (ward: Ward) => unknown,
    forMs: number,
  ): Promise<{ ward: Ward; asked: Asked }> {
    const ward = await Ward.open(name);
    wards.push(ward);
    await wrong(ward);
    const back = sleep(forMs).then(() => ward.proxy.become('open'));
    const asked = await ward.ask();
    await back;
    return { ward, asked };
  }

  /** Whatever was still under way when the caller was gone has run its course. */
  async function expectNothingHeld({ operator, tenant }: Ward): Promise<void> {
    await sleep(1_500);
    await eventually(async () => {
      expect(await operator.wallet(tenant.orgId)).toMatchObject({
        balancePence: 1_000,
        heldPence: 0,
        activeReservations: 0,
      });
    });
    expect(await operator.violations()).toEqual([]);
  }

  // Side by side: each takes as long as its database is away.
  it('is refused in a spoken sentence in time, and holds nothing once the database is back', async () => {
    const cases = await Promise.all([
      askWhile('has a locked wallet', (ward) => ward.lockForAWhile(), 4_500),
      askWhile('hangs for a moment', ({ proxy }) => proxy.become('hanging'), 6_500),
      askWhile('is gone', ({ proxy }) => proxy.become('down'), 3_000),
      askWhile('commits and answers late', ({ proxy }) => proxy.becomeAfter('uow_commit', 'mute'), 6_500),
      // Longer than an answer is waited for (8 s): the COMMIT is run again, and finds what it held.
      askWhile('commits and answers never', ({ proxy }) => proxy.becomeAfter('uow_commit', 'mute'), 9_000),
      // Longer than it is run again (5 s more): nobody knows whether something is held, and it is given back behind that.
      askWhile('commits and stays away', ({ proxy }) => proxy.becomeAfter('uow_commit', 'mute'), 16_000),
    ]);
    for (const { asked } of cases) expectSorry(asked);
    await Promise.all(cases.map(({ ward }) => expectNothingHeld(ward)));
    // They were really committed, and taken back.
    for (const { ward } of cases.slice(3)) expect(await ward.holds()).toEqual(['released']);
    // And the gate is open again.
    for (const { ward } of cases) expect((await ward.ask()).answer.body).toHaveProperty('assistantId');
  }, 60_000);

  it('that comes once more, and is answered too late, takes nothing from the call that was let in before', async () => {
    const ward = await Ward.open('is asked once more');
    wards.push(ward);
    const callId = randomUUID();
    expect((await ward.ask(callId)).answer.body).toHaveProperty('assistantId');
    ward.proxy.become('hanging');
    const back = sleep(6_500).then(() => ward.proxy.become('open'));
    expectSorry(await ward.ask(callId));
    await back;
    await sleep(1_500);
    expect(await ward.holds()).toEqual(['active']);
    expect((await ward.operator.story(callId)).state).toBe('ringing');
  }, 60_000);
});
