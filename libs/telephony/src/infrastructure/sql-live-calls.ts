import { Injectable } from '@nestjs/common';
import { MAX_GRANTED_SECONDS, secondsBetween, secondsFor } from '@holdfast/kernel';
import { EngineClock } from '@holdfast/platform';
import { DataSource } from 'typeorm';
import { LiveCalls, type CallListState, type CallRow } from '../application/live-calls.port';

interface Row {
  id: string;
  call_id: string;
  vapi_call_id: string | null;
  org_id: string;
  state: string;
  started_at: Date | null;
  created_at: Date;
  expires_at: Date;
  reserved_pence: number;
  prepaid: boolean;
  last_slice: boolean;
  rate_card_id: string;
  version: number;
  pence_per_minute_e4: number;
  increment_seconds: number;
  minimum_seconds: number;
  connection_fee_pence: number;
}

const LIST = `select r.id, r.call_id, coalesce(c.call_id, r.vapi_call_id) as vapi_call_id, r.org_id,
    coalesce(c.state, 'live') as state, c.started_at, r.created_at, r.expires_at, r.reserved_pence, r.prepaid,
    coalesce(c.last_slice, false) as last_slice, k.id as rate_card_id, k.version, k.pence_per_minute_e4,
    k.increment_seconds, k.minimum_seconds, k.connection_fee_pence
  from credit_reservations r
  join rate_cards k on k.id = r.rate_card_id
  left join calls c on c.billing_call_id = r.call_id and c.org_id = r.org_id
  where r.status = 'active' and coalesce(c.state, 'live') = $1 and ($2::uuid is null or r.id > $2)
  order by r.id limit $3`;

@Injectable()
export class SqlLiveCalls extends LiveCalls {
  constructor(
    private readonly database: DataSource,
    private readonly clock: EngineClock,
  ) {
    super();
  }

  async list(state: CallListState, limit: number, after: string | null): Promise<CallRow[]> {
    const now = await this.clock.now();
    const rows: Row[] = await this.database.query(LIST, [state, after, limit]);
    return rows.map((row) => toCallRow(row, now));
  }
}

function toCallRow(row: Row, now: Date): CallRow {
  const card = {
    id: row.rate_card_id,
    version: row.version,
    pencePerMinuteE4: row.pence_per_minute_e4,
    incrementSeconds: row.increment_seconds,
    minimumSeconds: row.minimum_seconds,
    connectionFeePence: row.connection_fee_pence,
  };
  const grantedSeconds = row.prepaid ? secondsFor(card, row.reserved_pence) : MAX_GRANTED_SECONDS;
  const since = row.state === 'ringing' ? null : (row.started_at ?? row.created_at);
  const elapsedSeconds = since ? Math.max(0, secondsBetween(since, now)) : 0;
  return {
    id: row.id,
    callId: row.call_id,
    vapiCallId: row.vapi_call_id,
    orgId: row.org_id,
    state: row.state,
    startedAt: row.started_at,
    elapsedSeconds,
    grantedSeconds,
    remainingSeconds: Math.max(0, grantedSeconds - elapsedSeconds),
    reservedPence: row.reserved_pence,
    lastSlice: row.last_slice,
    expiresAt: row.expires_at,
  };
}
