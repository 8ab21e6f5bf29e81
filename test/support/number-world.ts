import { NumberResolver } from '../../libs/telephony/src/application/number-resolver';
import { sql } from '../telephony/support/database-access';
import { Operator } from '../telephony/support/operator';
import { freshDatabase } from './database';
import { startTestEngine, type TestEngine } from './engine';
import { NumberMarket } from './number-market';
import { NumberBook, send, soldNumbers, type Answer, type BookedNumber } from './numbers';
import { PostgresProxy } from './postgres-proxy';
import type { Tenant } from './tenant';

export const PRICE = 1_000;
/** Longer than every patience of the saga but one: that with an activation lasts 900 s. */
const LONG_SECONDS = 200;
/** Shorter than any list lags. */
const SOON_SECONDS = 6;
const ROUNDS = 12;

/** Two replicas with one database, which can be cut off, and one provider. */
export class NumberPlace {
  private constructor(
    readonly kind: 'sandbox' | 'vapi' | 'twilio',
    readonly databaseUrl: string,
    readonly proxy: PostgresProxy,
    readonly market: NumberMarket | null,
    readonly replicas: readonly [TestEngine, TestEngine],
    readonly book: NumberBook,
    readonly close: () => Promise<void>,
  ) {}

  static async open(kind: NumberPlace['kind']): Promise<NumberPlace> {
    const database = await freshDatabase(`numbers_${kind}`);
    const proxy = await PostgresProxy.before(database.url);
    const market = kind === 'sandbox' ? null : await new NumberMarket(kind).start();
    const shared = { databaseUrl: proxy.url, ...market?.settings };
    const first = await startTestEngine(shared);
    const second = await startTestEngine({ ...shared, sandboxFolder: first.settings.sandboxFolder });
    const book = new NumberBook(database.url);
    await book.open();
    for (const replica of [first, second]) market?.hurry(replica);
    return new NumberPlace(kind, database.url, proxy, market, [first, second], book, async () => {
      await book.close();
      await second.stop();
      await first.stop();
      await market?.stop();
      await proxy.stop();
      await database.drop();
    });
  }

  /** Names of the invariants that do not hold. */
  violations(): Promise<string[]> {
    return new Operator(this.replicas[0]).violations();
  }

  async resolve(): Promise<void> {
    const look = ({ engine }: TestEngine) => engine.app.get(NumberResolver, { strict: false }).resolveDue();
    await Promise.all(this.replicas.map(look));
  }
}

/** One tenant who buys numbers, and what it was told. */
export class NumberWorld {
  /** How the order of each key ended, when that was first told. */
  private readonly ended = new Map<string, object>();
  private asked = 0;

  constructor(
    readonly place: NumberPlace,
    readonly tenant: Tenant,
    private readonly areaCodes: Readonly<Record<string, string>>,
  ) {}

  /** Each request goes to the next replica. */
  get engine(): TestEngine {
    return this.place.replicas[this.asked++ % 2] as TestEngine;
  }

  private ask(method: string, path: string, body?: object, idempotencyKey?: string): Promise<Answer> {
    return send(this.engine.url, method, `api/${path}`, { key: this.tenant.key, body, idempotencyKey });
  }

  private order(key: string): object {
    const areaCode = this.place.kind === 'sandbox' ? this.areaCodes[key] : '415';
    return { country: 'US', numberType: 'local', areaCode, direction: 'inbound' };
  }

  async buys(key: string): Promise<void> {
    const ended = this.ended.get(key);
    const { status, body } = await this.ask('POST', 'managed-telephony/provision', this.order(key), key);
    expect([201, 202, 402, 422, 502]).toContain(status);
    const { requestId: _, ...told } = body;
    if (ended) expect(told).toEqual(ended);
    if (status === 201 || body.refunded === true) this.ended.set(key, told);
  }

  async wantsAnother(key: string): Promise<void> {
    if (!this.ended.has(key)) return;
    const order = { ...this.order(key), direction: 'outbound' };
    const { body } = await this.ask('POST', 'managed-telephony/provision', order, key);
    expect(body.code).toBe('idempotency_key_reused');
  }

  async pays(key: string): Promise<void> {
    const licence = { assetType: 'license', costPence: PRICE };
    const { status } = await this.ask('POST', 'billing/deduct-asset', licence, key);
    expect([201, 402, 422]).toContain(status);
  }

  async givesUp(nth: number): Promise<void> {
    const { body } = await this.ask('GET', 'managed-telephony/numbers');
    const number = (body.data as { id: string }[]).at(-1 - nth); // the newest stands first
    if (!number) return;
    const { status } = await this.ask('DELETE', `managed-telephony/numbers/${number.id}`);
    expect([200, 404, 409]).toContain(status);
  }

  async pass(seconds: number): Promise<void> {
    await this.place.market?.pass(seconds);
    const earlier = `update phone_numbers set next_attempt_at = next_attempt_at - $2 * interval '1 second',
      step_since = step_since - $2 * interval '1 second' where org_id = $1 and step is not null`;
    await sql(this.place.databaseUrl, earlier, [this.tenant.orgId, seconds]);
    await this.place.resolve();
  }

  /** All goes well from now on, for as long as it takes. */
  async settle(): Promise<void> {
    const { market } = this.place;
    const open = async (): Promise<BookedNumber[]> =>
      (await this.ordered()).filter(({ status }) => !/^(active|failed|released)$/.test(status));
    for (let round = 0; round < ROUNDS && (await open()).length > 0; round++) {
      market?.heal();
      await this.pass(round === 0 ? SOON_SECONDS : LONG_SECONDS);
    }
    market?.heal();
    await this.pass(0); // what comes late has come
    expect(await open()).toEqual([]);
  }

  async isSound(): Promise<void> {
    const { book, databaseUrl } = this.place;
    const ordered = await this.ordered();
    for (const { status, ...paid } of ordered) {
      const kept = status !== 'failed';
      expect(paid).toMatchObject({ charges: 1, refunds: kept ? 0 : 1, paid_pence: kept ? PRICE : 0 });
    }
    this.liesAtTheProvider(ordered);
    const [replay] = await sql<{ sum: number; least: number }>(
      databaseUrl,
      `select coalesce(sum(balance_after_pence - balance_before_pence), 0)::int as sum,
         coalesce(min(balance_after_pence), 0)::int as least from credit_transactions where org_id = $1`,
      [this.tenant.orgId],
    );
    expect(await book.balanceOf(this.tenant.orgId)).toBe(replay?.sum);
    expect(replay?.least).toBeGreaterThanOrEqual(0); // assets are never bought on debt
    for (const { idempotency_key: key } of ordered) {
      await this.buys(key);
      expect(this.ended.has(key)).toBe(true);
    }
  }

  /** What is active, once and on each side; nothing else; and nothing was ever sold twice for one order. */
  private liesAtTheProvider(ordered: readonly BookedNumber[]): void {
    const { market, replicas } = this.place;
    const active = ordered.filter(({ status }) => status === 'active').map(({ id }) => id);
    if (market) {
      expect(market.held()).toEqual(active.flatMap((id) => market.sidesOf(id)).sort());
      expect(market.sold).toEqual([...new Set(market.sold)]);
    } else {
      const sold = soldNumbers(replicas[0].settings.sandboxFolder).map(({ intentId }) => intentId);
      expect(sold.filter((id) => ordered.some((number) => number.id === id)).sort()).toEqual(active.sort());
    }
  }

  private ordered(): Promise<BookedNumber[]> {
    return this.place.book.ordered(this.tenant.orgId);
  }
}
