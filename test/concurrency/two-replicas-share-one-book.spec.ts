import { randomUUID } from 'node:crypto';
import { isRefusal } from '@holdfast/kernel';
import { addCredits, deductAsset } from '@holdfast/ledger';
import type { Command, UnitOfWork } from '@holdfast/platform';
import { commitReservedCredits, reserveCallCredits } from '@holdfast/reservation';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { done, expectSoundBook, journalOf, openWallets, outcomes, query, unitOfWork, walletOf } from '../support/money';

const by = { createdBy: 'test' };
const reservation = (orgId: string, callId: string) => reserveCallCredits({ ...by, orgId, callId, ttlSeconds: 1_800 });
const purchase = (orgId: string, idempotencyKey: string = randomUUID()) =>
  deductAsset({ ...by, orgId, assetType: 'did', costPence: 100, idempotencyKey });

let database: FreshDatabase;
let replicas: UnitOfWork[];

beforeAll(async () => {
  database = await freshDatabase('replicas');
  replicas = [unitOfWork(database.url), unitOfWork(database.url)];
});

afterAll(async () => {
  await expectSoundBook(database.url);
  await Promise.all(replicas.map((replica) => replica.close()));
  await database.drop();
});

/** The same command, or one of its own, at every replica at once. */
function everywhere<Answer>(command: (replica: number) => Command<Answer>): Promise<Answer | unknown>[] {
  return replicas.map((replica, i) => replica.execute(command(i)));
}

describe('two replicas', () => {
  it('that charge the same wallets at once keep exact totals, without a deadlock', async () => {
    const wallets = await openWallets(replicas[0]!, database.url, 12, { balancePence: 30_000 });
    const busy = [unitOfWork(database.url), unitOfWork(database.url)];
    const commands: Command<unknown>[] = [];
    for (let i = 0; i < 100; i++) {
      for (const orgId of i % 2 === 0 ? wallets : [...wallets].reverse()) {
        commands.push(purchase(orgId) as Command<unknown>);
        const topUp = { ...by, orgId, type: 'topup', amountPence: 7, idempotencyKey: randomUUID() } as const;
        commands.push(addCredits(topUp) as Command<unknown>);
      }
    }
    const answers = await Promise.all(commands.map((command, i) => busy[(i >> 1) % 2]!.execute(command)));
    expect(outcomes(answers)).toEqual({ ok: 2_400 });
    for (const orgId of wallets) {
      expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 30_000 - 100 * 100 + 100 * 7 });
      expect(await journalOf(database.url, orgId)).toEqual({ did: 100, topup: 101 });
    }
    await Promise.all(busy.map((replica) => replica.close())); // a backend counts for all to see when it ends
    const deadlocks = `select deadlocks::int as count from pg_stat_database where datname = current_database()`;
    expect(await query(database.url, deadlocks)).toEqual([{ count: 0 }]);
  });

  it('that get the same purchase at once charge it once and give one answer', async () => {
    for (let round = 0; round < 20; round++) {
      const [orgId = ''] = await openWallets(replicas[0]!, database.url, 1, { balancePence: 150 });
      const answers = (await Promise.all(everywhere(() => purchase(orgId, 'order')))) as { replayed: boolean }[];
      expect(answers.filter(({ replayed }) => replayed)).toHaveLength(1);
      expect({ ...answers[0], replayed: null }).toEqual({ ...answers[1], replayed: null });
      expect(await walletOf(database.url, orgId)).toMatchObject({ balance: 50 });
    }
  });

  it('that get the last money wanted at both sell once', async () => {
    for (let round = 0; round < 20; round++) {
      const [orgId = ''] = await openWallets(replicas[0]!, database.url, 1, { balancePence: 100 });
      const answers = await Promise.all(everywhere(() => purchase(orgId)));
      expect(outcomes(answers)).toEqual({ ok: 1, insufficient_balance: 1 });
    }
  });

  it('that get the call id of two tenants at once give it to one, and the other learns only that', async () => {
    for (let round = 0; round < 20; round++) {
      const tenants = await openWallets(replicas[0]!, database.url, 2, { balancePence: 1_000 });
      const callId = randomUUID();
      const answers = await Promise.all(everywhere((i) => reservation(tenants[i] as string, callId)));
      expect(outcomes(answers)).toEqual({ ok: 1, call_id_conflict: 1 });
      const loser = tenants[answers.findIndex(isRefusal)] as string;
      expect(await walletOf(database.url, loser)).toEqual({ balance: 1_000, held: 0, arrears: 0, active: 0 });
      expect(answers.find(isRefusal)).toMatchObject({ facts: {} });
    }
  });

  it('that get a report twice at once charge the call once', async () => {
    for (let round = 0; round < 20; round++) {
      const [orgId = ''] = await openWallets(replicas[0]!, database.url, 1, { balancePence: 1_000 });
      const callId = randomUUID();
      done(await replicas[0]!.execute(reservation(orgId, callId)));
      const durations = [61, round % 2 === 0 ? 61 : 119];
      const answers = await Promise.all(
        everywhere((i) =>
          commitReservedCredits({ ...by, orgId, callId, actualDurationSeconds: durations[i] as number }),
        ),
      );
      expect(answers.filter((answer) => (answer as { duplicate: boolean }).duplicate)).toHaveLength(1);
      expect(await walletOf(database.url, orgId)).toEqual({ balance: 888, held: 0, arrears: 0, active: 0 });
    }
  });
});
