import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly replayed: boolean;
}

interface Sending {
  readonly key: string;
  readonly body?: object;
  readonly idempotencyKey?: string;
  readonly headers?: Record<string, string>;
}

export async function send(url: string, method: string, path: string, sending: Sending): Promise<Answer> {
  const { key, body, idempotencyKey, headers } = sending;
  const answer = await fetch(`${url}/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...headers,
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    replayed: answer.headers.get('idempotent-replayed') === 'true',
  };
}

/** Asks for a local number of the United States; the area code decides how the sandbox behaves. */
export function provision(
  url: string,
  key: string,
  areaCode: string,
  idempotencyKey: string = randomUUID(),
): Promise<Answer> {
  const body = { country: 'US', numberType: 'local', areaCode, direction: 'inbound', assistantId: 'a-1' };
  return send(url, 'POST', 'api/managed-telephony/provision', { key, body, idempotencyKey });
}

export interface BookedNumber {
  readonly id: string;
  readonly org_id: string;
  readonly status: string;
  readonly phone_number: string | null;
  readonly idempotency_key: string;
  readonly charges: number;
  readonly refunds: number;
  readonly paid_pence: number;
}

/** The book, read with statements of the test's own. */
export class NumberBook {
  private readonly client: Client;

  constructor(databaseUrl: string) {
    this.client = new Client({ connectionString: databaseUrl });
  }

  open(): Promise<unknown> {
    return this.client.connect();
  }

  close(): Promise<void> {
    return this.client.end();
  }

  /** Every number that was ordered, with what the journal says was paid and given back for it. */
  async ordered(orgId?: string): Promise<BookedNumber[]> {
    const { rows } = await this.client.query<BookedNumber>(
      `select n.id, n.org_id, n.status, n.phone_number, n.idempotency_key,
         (select count(*)::int from credit_transactions t
          where t.org_id = n.org_id and t.idempotency_key = n.idempotency_key and t.type = 'phone_number') as charges,
         (select count(*)::int from credit_transactions t where t.refund_of = n.charge_id) as refunds,
         (select coalesce(sum(t.balance_before_pence - t.balance_after_pence), 0)::int from credit_transactions t
          where t.id = n.charge_id or t.refund_of = n.charge_id) as paid_pence
       from phone_numbers n where n.idempotency_key is not null and ($1::uuid is null or n.org_id = $1) order by n.id`,
      [orgId ?? null],
    );
    return rows;
  }

  /** What an organisation's order is about to do, or doing; null when nothing is left to do. */
  async openStepOf(orgId: string): Promise<string | null> {
    const { rows } = await this.client.query<{ step: string | null }>(
      'select step from phone_numbers where org_id = $1',
      [orgId],
    );
    return rows[0]?.step ?? null;
  }

  async balanceOf(orgId: string): Promise<number> {
    const { rows } = await this.client.query<{ pence: number }>(
      'select balance_pence::int as pence from wallets where org_id = $1',
      [orgId],
    );
    return rows[0]?.pence ?? NaN;
  }

  /** The types of its movements, in order. */
  async journalOf(orgId: string): Promise<string[]> {
    const { rows } = await this.client.query<{ type: string }>(
      'select type from credit_transactions where org_id = $1 order by seq',
      [orgId],
    );
    return rows.map(({ type }) => type);
  }

  /** Waits until nothing of this organisation is open any more. @returns how long that took, milliseconds */
  async settled(orgId: string, withinMs: number): Promise<number> {
    const started = Date.now();
    for (;;) {
      const open = (await this.ordered(orgId)).filter(
        ({ status }) => !['active', 'failed', 'released'].includes(status),
      );
      const tookMs = Date.now() - started;
      if (open.length === 0) return tookMs;
      if (tookMs > withinMs) throw new Error(`not settled after ${tookMs} ms: ${JSON.stringify(open)}`);
      await sleep(25);
    }
  }
}

export interface SoldNumber {
  readonly intentId: string;
  readonly phoneNumber: string;
  readonly vapiPhoneId: string | null;
}

/** What lies at the sandbox, read from its files: what a provider remembers whatever becomes of its customers. */
export function soldNumbers(sandboxFolder: string): SoldNumber[] {
  const folder = join(sandboxFolder, 'sandbox-numbers', 'intents');
  if (!existsSync(folder)) return []; // nothing was ever sold
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as SoldNumber);
}

/** Number and charge, or neither: for every order, at both ends. */
export async function expectNumberAndChargeOrNeither(book: NumberBook, sandboxFolder: string): Promise<void> {
  const ordered = await book.ordered();
  for (const number of ordered) {
    const delivered = number.status !== 'failed';
    expect(number).toMatchObject({ charges: 1, refunds: delivered ? 0 : 1, paid_pence: delivered ? 1_000 : 0 });
  }
  const active = ordered.filter(({ status }) => status === 'active').map(({ id }) => id);
  expect(
    soldNumbers(sandboxFolder)
      .map(({ intentId }) => intentId)
      .sort(),
  ).toEqual(active.sort());
}
