import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  OrphanBook,
  type FoundOrphan,
  type KnownIntent,
  type Orphan,
  type OrphanKind,
  type OrphanReport,
} from '../application/number-orphan-book.port';
import type { NumberStatus } from '../domain/phone-number-status';

/** An operator works on the oldest first; a list longer than this has one cause, not a thousand. */
const MAX_SHOWN = 1_000;

interface OrphanRow {
  kind: OrphanKind;
  intent_id: string;
  side: string;
  ref: string | null;
  phone_number: string | null;
  org_id: string | null;
  detail: string;
  first_seen_at: Date;
  last_seen_at: Date;
}

interface IntentRow {
  id: string;
  org_id: string;
  status: NumberStatus;
  settled_at: Date | null;
}

@Injectable()
export class SqlNumberOrphanBook extends OrphanBook {
  constructor(private readonly database: DataSource) {
    super();
  }

  async begin(now: Date, until: Date, force: boolean): Promise<boolean> {
    const rows: unknown[] = await this.database.query(
      `insert into phone_number_orphan_checks as c (leased_until) values ($2)
       on conflict (only_row) do update set leased_until = excluded.leased_until where $3 or c.leased_until <= $1
       returning 1`,
      [now, until, force],
    );
    return rows.length > 0;
  }

  async intents(ids: readonly string[]): Promise<ReadonlyMap<string, KnownIntent>> {
    const rows: IntentRow[] = await this.database.query(
      'select id, org_id, status, settled_at from phone_numbers where id = any($1::uuid[])',
      [ids],
    );
    return new Map(rows.map((row) => [row.id, { status: row.status, orgId: row.org_id, settledAt: row.settled_at }]));
  }

  async activeWithout(provider: string, listedIds: readonly string[], settledBefore: Date): Promise<Orphan[]> {
    const rows: { id: string; org_id: string; ref: string | null; phone_number: string | null }[] =
      await this.database.query(
        `select id, org_id, provider_ref as ref, phone_number from phone_numbers n
         where status = 'active' and provider = $1 and settled_at < $3
           and not exists (select from unnest($2::uuid[]) as listed (id) where listed.id = n.id)
         order by id limit ${MAX_SHOWN}`,
        [provider, listedIds, settledBefore],
      );
    return rows.map((row) => ({
      kind: 'not_at_provider',
      intentId: row.id,
      side: provider,
      ref: row.ref,
      phoneNumber: row.phone_number,
      orgId: row.org_id,
      detail: 'active and paid, and not in the provider’s list',
    }));
  }

  /** What is open has a next attempt, and only that is in the index idx_phone_numbers_due: numbers that are done are not read. */
  async stuckSince(before: Date): Promise<Orphan[]> {
    const rows: Record<'id' | 'org_id' | 'provider' | 'ref' | 'phone_number' | 'detail', string>[] =
      await this.database.query(
        `select id, org_id, provider, provider_ref as ref, phone_number,
           step || ': ' || coalesce(last_error, 'nobody has taken it') as detail
         from phone_numbers where next_attempt_at is not null and step_since < $1 order by step_since limit ${MAX_SHOWN}`,
        [before],
      );
    return rows.map((row) => ({
      kind: 'stuck',
      intentId: row.id,
      side: row.provider,
      ref: row.ref,
      phoneNumber: row.phone_number,
      orgId: row.org_id,
      detail: row.detail,
    }));
  }

  async write(
    now: Date,
    found: readonly Orphan[],
    complete: readonly OrphanKind[],
    problem: string | null,
  ): Promise<void> {
    await this.database.transaction(async (work) => {
      await work.query(
        `insert into phone_number_orphans as o
           (kind, intent_id, side, ref, phone_number, org_id, detail, first_seen_at, last_seen_at)
         select distinct on (kind, intent_id, side) v.*, $8::timestamptz, $8::timestamptz
         from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[])
           as v (kind, intent_id, side, ref, phone_number, org_id, detail)
         order by kind, intent_id, side
         on conflict (kind, intent_id, side) do update
           set ref = excluded.ref, phone_number = excluded.phone_number, detail = excluded.detail,
             last_seen_at = excluded.last_seen_at`,
        [
          found.map((orphan) => orphan.kind),
          found.map((orphan) => orphan.intentId),
          found.map((orphan) => orphan.side),
          found.map((orphan) => orphan.ref),
          found.map((orphan) => orphan.phoneNumber),
          found.map((orphan) => orphan.orgId),
          found.map((orphan) => orphan.detail),
          now,
        ],
      );
      await work.query('delete from phone_number_orphans where kind = any($1::text[]) and last_seen_at < $2', [
        complete,
        now,
      ]);
      await work.query('update phone_number_orphan_checks set checked_at = $1, problem = $2', [now, problem]);
    });
  }

  async report(): Promise<OrphanReport> {
    const [check]: { checked_at: Date | null; problem: string | null }[] = await this.database.query(
      'select checked_at, problem from phone_number_orphan_checks',
    );
    const rows: OrphanRow[] = await this.database.query(
      `select kind, intent_id, side, ref, phone_number, org_id, detail, first_seen_at, last_seen_at
       from phone_number_orphans order by first_seen_at, kind, intent_id, side limit ${MAX_SHOWN}`,
    );
    return { checkedAt: check?.checked_at ?? null, problem: check?.problem ?? null, orphans: rows.map(toOrphan) };
  }
}

function toOrphan(row: OrphanRow): FoundOrphan {
  return {
    kind: row.kind,
    intentId: row.intent_id,
    side: row.side,
    ref: row.ref,
    phoneNumber: row.phone_number,
    orgId: row.org_id,
    detail: row.detail,
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
  };
}
