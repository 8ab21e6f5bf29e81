import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ScheduleModule } from '@nestjs/schedule';
import { Ledger, LedgerModule, Organizations } from '@holdfast/ledger';
import { PlatformModule } from '@holdfast/platform';
import {
  CallLiveness,
  ExpireAbandonedReservations,
  ReservationModule,
  Reservations,
  type LivenessVerdict,
} from '@holdfast/reservation';
import { TelephonyModule } from '@holdfast/telephony';
import { DataSource } from 'typeorm';
import { fastifyAdapter } from '../../apps/billing-api/src/http-server';
import { testSettings } from '../support/engine';
import { freshDatabase, type FreshDatabase } from '../support/database';

/** Whoever answers whether a call is still alive is exchanged at the port, and nothing else. */
class ToldLiveness extends CallLiveness {
  verdict: LivenessVerdict = { kind: 'abandoned' };

  ask(calls: readonly unknown[]): Promise<LivenessVerdict[]> {
    return Promise.resolve(calls.map(() => this.verdict));
  }
}

describe('the modules of the engine', () => {
  const liveness = new ToldLiveness();
  const orgId = randomUUID();
  let database: FreshDatabase;
  let modules: NestFastifyApplication;

  beforeAll(async () => {
    database = await freshDatabase('modules');
    const settings = { ...testSettings(database.url, 'unused'), reservationTtlSeconds: 0.05 };
    const built = await Test.createTestingModule({
      imports: [
        PlatformModule.with(settings),
        ScheduleModule.forRoot(),
        LedgerModule,
        ReservationModule,
        TelephonyModule,
      ],
    })
      .overrideProvider(CallLiveness)
      .useValue(liveness)
      .compile();
    modules = built.createNestApplication<NestFastifyApplication>(fastifyAdapter(settings), {
      bodyParser: false,
      logger: false,
    });
    await modules.init();
    await modules.get(Organizations).create(orgId, { name: 'Acme' });
    const topUp = { orgId, type: 'topup', amountPence: 1_000, idempotencyKey: 'first', createdBy: 'test' } as const;
    await modules.get(Ledger).addCredits(topUp);
  });

  afterAll(async () => {
    await modules.close();
    await database.drop();
  });

  async function sweepWith(verdict: LivenessVerdict): Promise<{ swept: unknown; held: number }> {
    liveness.verdict = verdict;
    await modules.get(Reservations).reserve({ orgId, callId: randomUUID(), createdBy: 'test' });
    await new Promise((resolve) => setTimeout(resolve, 100)); // twice the lifetime of a hold here
    const swept = await modules.get(ExpireAbandonedReservations).sweep();
    const rows: { held_pence: number }[] = await modules.get(DataSource).query('select held_pence from wallets');
    return { swept, held: rows[0]?.held_pence ?? -1 };
  }

  it('ask the port about an overdue hold: abandoned gives it back', async () => {
    const { swept, held } = await sweepWith({ kind: 'abandoned' });
    expect(swept).toMatchObject({ expired: 1, committed: 0 });
    expect(held).toBe(0);
  });

  it('ask the port about an overdue hold: ended charges what the provider says', async () => {
    const { swept, held } = await sweepWith({ kind: 'ended', seconds: 61 });
    expect(swept).toMatchObject({ expired: 0, committed: 1 });
    expect(held).toBe(0);
    const rows: unknown[] = await modules.get(DataSource).query('select balance_pence from wallets');
    expect(rows).toEqual([{ balance_pence: 888 }]);
  });

  it('ask the port about an overdue hold: unknown keeps the money', async () => {
    const { swept, held } = await sweepWith({ kind: 'keep', askAgainInSeconds: 60 });
    expect(swept).toMatchObject({ expired: 0, committed: 0 });
    expect(held).toBe(280);
  });
});
