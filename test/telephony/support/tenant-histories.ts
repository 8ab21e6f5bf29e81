import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { ACT_NAMES, CallWorld, happens, PRICE, SECONDS, type ActName, type EngineAtWork } from './call-histories';
import type { CallRecords } from './call-records';
import { lockWallet, sql } from './database-access';
import { post, type Answer } from './deliver';
import type { KilledEngines } from './killed-engines';
import { openNumberedTenant } from './tenants';

/** In which a history is played: so often engines are killed, and awaited. */
export const ROUNDS = 2;

const [TOP_UP, ASSET] = [70, 15];

/** What is written under a key of its own. */
interface Written {
  readonly path: string;
  readonly key: string;
  readonly body: object;
  readonly answer: Answer;
}

const PURSE_ACTS = ['somebody tops up', 'an asset is bought', 'its wallet is locked for a while'] as const;
/** Whoever dies meanwhile leaves statements that are waiting, and take effect after they were repeated elsewhere. */
const LOCKED_MS = 60;
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ call: fc.nat(1), act: fc.constantFrom(...ACT_NAMES) }) },
  { weight: 2, arbitrary: fc.record({ call: fc.constant(null), act: fc.constantFrom(...PURSE_ACTS) }) },
);
/** Two calls that one wallet pays. */
export const history = fc.record({
  balancePence: fc.constantFrom(10_000, 10_000, 2 * PRICE, PRICE, 30, 0),
  prepaidBilling: fc.constantFrom(true, true, true, false),
  signed: fc.tuple(fc.boolean(), fc.boolean()),
  vapiRepeats: fc.boolean(),
  vapiKnows: fc.boolean(),
  steps: fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: ROUNDS, maxLength: 4 * ROUNDS }),
  commitsAtLast: fc.boolean(),
});
export type History = typeof history extends fc.Arbitrary<infer H> ? H : never;

/** A tenant, its calls, and what it was told of its money. */
export class TenantHistory {
  private readonly written: Written[] = [];

  private constructor(
    private readonly engines: KilledEngines,
    private readonly records: CallRecords,
    private readonly history: History,
    private readonly orgId: string,
    private readonly calls: readonly CallWorld[],
  ) {}

  static async of(engines: KilledEngines, records: CallRecords, history: History): Promise<TenantHistory> {
    const { balancePence, prepaidBilling, signed, vapiRepeats } = history;
    const { orgId, call } = await openNumberedTenant(engines.operator(), { balancePence, prepaidBilling });
    const calls = signed.map((one) => new CallWorld(engines.around(vapiRepeats), orgId, call, one));
    return new TenantHistory(engines, records, history, orgId, calls);
  }

  async play(round: number): Promise<void> {
    const { steps: all } = this.history;
    const [from, to] = [round, round + 1].map((part) => Math.floor((all.length * part) / ROUNDS));
    for (const steps of all.slice(from, to)) {
      const acts = steps.flatMap(({ call, act }): [CallWorld, ActName][] =>
        call === null ? [] : [[this.calls[call] as CallWorld, act as ActName]],
      );
      const isLocked = steps.some(({ act }) => act === 'its wallet is locked for a while');
      const unlock = isLocked ? await lockWallet(this.engines.databaseUrl, this.orgId) : null;
      const paid = steps.map(({ act }) => this.pay(act));
      await Promise.all([happens(acts), ...paid, unlock && sleep(LOCKED_MS).then(unlock)]);
      for (const call of this.calls.filter(({ begun }) => begun && this.history.vapiKnows)) {
        const ended = new Date(call.began.getTime() + SECONDS * 1_000);
        this.records.ended(call.vapis, call.began, ended, call.call.phoneNumberId);
        call.charged = true; // perhaps: whoever asks Vapi now charges it
      }
    }
  }

  /** Vapi, or whoever asks it in life, tells what nobody has confirmed yet; a client may commit once more. */
  async end(): Promise<void> {
    for (const call of this.calls) {
      if (!call.reported) await happens([[call, 'it is reported']]);
      if (this.history.commitsAtLast) await happens([[call, 'its client commits']]);
    }
  }

  async isOver(): Promise<void> {
    await happens([[this.calls[0] as CallWorld, 'its holds expire']]);
  }

  /** Each call is charged once, nothing is held, what was answered has happened, and whoever asks again is told the same. */
  async isSound(): Promise<void> {
    const { balancePence, arrearsPence, ...wallet } = await this.engines.operator().wallet(this.orgId);
    expect(wallet).toMatchObject({ heldPence: 0, activeReservations: 0 });
    let expected = this.history.balancePence - PRICE * this.calls.length;
    for (const { body } of this.written) expected += 'type' in body ? TOP_UP : -ASSET;
    expect(balancePence - arrearsPence).toBe(expected);
    const journal = await sql<{ id: string }>(
      this.engines.databaseUrl,
      'select id from credit_transactions where org_id = $1',
      [this.orgId],
    );
    const answers = [...this.written.map(({ answer }) => answer), ...this.calls.flatMap(({ commits }) => commits)];
    const told = answers.flatMap(({ body }) => body.transactionId ?? []); // none where nothing could be paid
    expect(journal.map(({ id }) => id)).toEqual(expect.arrayContaining(told));
    for (const written of this.written) expect(await this.write(written)).toEqual(written.answer);
    for (const call of this.calls) for (const { body } of call.commits.splice(0)) await this.isRepeated(call, body);
  }

  /** Which call of Vapi was paid may have become known since; all else is said again. */
  private async isRepeated(call: CallWorld, { vapiCallId: _, ...told }: Answer['body']): Promise<void> {
    await call.commit(String(told.callId));
    expect(call.commits.pop()?.body).toMatchObject({ ...told, duplicate: true });
  }

  private async pay(act: string): Promise<void> {
    if (act !== 'somebody tops up' && act !== 'an asset is bought') return;
    const topUp = act === 'somebody tops up';
    const path = topUp ? `admin/organizations/${this.orgId}/credits` : 'billing/deduct-asset';
    const body = topUp ? { type: 'topup', amountPence: TOP_UP } : { assetType: 'license', costPence: ASSET };
    const request = { path, key: randomUUID(), body };
    const answer = await this.write(request);
    if (answer.status === 201) this.written.push({ ...request, answer });
    else expect(answer).toMatchObject({ status: 402, body: { code: 'insufficient_balance' } });
  }

  private write({ path, key, body }: Omit<Written, 'answer'>): Promise<Answer> {
    return this.engines.line(({ url, adminKey }: EngineAtWork) =>
      post(`${url}/api/${path}`, JSON.stringify(body), {
        'content-type': 'application/json',
        'idempotency-key': key,
        authorization: `Bearer ${adminKey}`,
        'x-org-id': this.orgId,
      }),
    );
  }
}
