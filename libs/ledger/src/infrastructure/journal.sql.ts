import { keyed, rowsOf, statement } from '@holdfast/platform';
import type { CounterAccount, JournalEntry, TransactionType } from '../domain/journal-entry';

export interface JournalRow {
  id: string;
  org_id: string;
  seq: number;
  type: TransactionType;
  amount_pence: number;
  balance_before_pence: number;
  balance_after_pence: number;
  held_before_pence: number;
  held_after_pence: number;
  counter_account: CounterAccount | null;
  call_id: string | null;
  vapi_call_id: string | null;
  arrears_id: string | null;
  refund_of: string | null;
  arrears_collected_pence: number;
  description: string | null;
  idempotency_key: string | null;
  request_fingerprint: string | null;
  created_by: string;
  created_at: Date;
}

export const JOURNAL_COLUMNS = `id, org_id, seq, type, amount_pence, balance_before_pence, balance_after_pence,
  held_before_pence, held_after_pence, counter_account, call_id, vapi_call_id, arrears_id, refund_of,
  arrears_collected_pence, description, idempotency_key, request_fingerprint, created_by, created_at`;

/** One array per column, in the order of JOURNAL_COLUMNS. An insert has no guard: it writes every row or fails. */
export const APPEND_TO_JOURNAL = statement<never>(
  'append_to_journal',
  `insert into credit_transactions (${JOURNAL_COLUMNS})
   ${rowsOf(`$1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
     $9::bigint[], $10::text[], $11::text[], $12::text[], $13::uuid[], $14::uuid[], $15::bigint[], $16::text[],
     $17::text[], $18::text[], $19::text[], $20::timestamptz[]`)}`,
);

export const FIND_BY_KEYS = statement<JournalRow>(
  'find_transactions_by_keys',
  `select j.* from unnest($1::uuid[], $2::text[]) as k (org_id, idempotency_key)
   cross join ${keyed('credit_transactions', 'j', 'j.org_id = k.org_id and j.idempotency_key = k.idempotency_key', JOURNAL_COLUMNS)}`,
);

/** By the predicate of the index a_transaction_is_refunded_once. */
export const FIND_REFUNDS = statement<JournalRow>(
  'find_refunds',
  `select j.* from unnest($1::uuid[]) as k (charge_id)
   cross join ${keyed('credit_transactions', 'j', 'j.refund_of = k.charge_id', JOURNAL_COLUMNS)}`,
);

/** A page of a wallet's history, newest first. Planned anew for what is asked: each filter has a way of its own, or none. */
export const FIND_ENTRIES = statement<JournalRow>(
  'find_entries',
  `select ${JOURNAL_COLUMNS} from credit_transactions
   where org_id = $1 and seq < $2
     and ($3::text is null or type = $3) and ($4::text is null or call_id = $4)
     and ($5::timestamptz is null or created_at >= $5) and ($6::timestamptz is null or created_at < $6)
     and type <> all($7::text[])
   order by seq desc limit $8`,
);

export function toEntry(row: JournalRow): JournalEntry {
  return {
    id: row.id,
    orgId: row.org_id,
    seq: row.seq,
    type: row.type,
    amountPence: row.amount_pence,
    balanceBeforePence: row.balance_before_pence,
    balanceAfterPence: row.balance_after_pence,
    heldBeforePence: row.held_before_pence,
    heldAfterPence: row.held_after_pence,
    counterAccount: row.counter_account,
    callId: row.call_id,
    vapiCallId: row.vapi_call_id,
    arrearsId: row.arrears_id,
    refundOf: row.refund_of,
    arrearsCollectedPence: row.arrears_collected_pence,
    description: row.description,
    idempotencyKey: row.idempotency_key,
    requestFingerprint: row.request_fingerprint,
    createdBy: row.created_by,
    createdAt: row.created_at,
  };
}

export function toColumns(entries: readonly JournalEntry[]): unknown[][] {
  return [
    entries.map((e) => e.id),
    entries.map((e) => e.orgId),
    entries.map((e) => e.seq),
    entries.map((e) => e.type),
    entries.map((e) => e.amountPence),
    entries.map((e) => e.balanceBeforePence),
    entries.map((e) => e.balanceAfterPence),
    entries.map((e) => e.heldBeforePence),
    entries.map((e) => e.heldAfterPence),
    entries.map((e) => e.counterAccount),
    entries.map((e) => e.callId),
    entries.map((e) => e.vapiCallId),
    entries.map((e) => e.arrearsId),
    entries.map((e) => e.refundOf),
    entries.map((e) => e.arrearsCollectedPence),
    entries.map((e) => e.description),
    entries.map((e) => e.idempotencyKey),
    entries.map((e) => e.requestFingerprint),
    entries.map((e) => e.createdBy),
    entries.map((e) => e.createdAt),
  ];
}
