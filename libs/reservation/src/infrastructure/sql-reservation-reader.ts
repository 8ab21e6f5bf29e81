import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { BulkReader, Metrics, Settings } from '@holdfast/platform';
import { DataSource } from 'typeorm';
import type { CallToAskAbout } from '../application/call-liveness.port';
import { ReservationReader, type ReservationFilter } from '../application/reservation-reader.port';
import type { ReservationState } from '../domain/credit-reservation';
import {
  FIND_BY_ANY_ID,
  FIND_EXPIRED,
  SELECT_RESERVATIONS,
  type ExpiredRow,
  type ReservationRow,
} from './reservation.sql';
import { toState } from './reservation-rows';

@Injectable()
export class SqlReservationReader extends ReservationReader implements OnApplicationShutdown {
  private readonly byAnyId: BulkReader<ReservationRow>;

  constructor(
    private readonly database: DataSource,
    { databaseUrl }: Settings,
    metrics: Metrics,
  ) {
    super();
    this.byAnyId = new BulkReader({ name: 'reservation-reads', databaseUrl, statement: FIND_BY_ANY_ID, metrics });
  }

  onApplicationShutdown(): Promise<void> {
    return this.byAnyId.close();
  }

  async ownerOf(callId: string): Promise<string | null> {
    const rows: { org_id: string }[] = await this.database.query(
      'select org_id from credit_reservations where call_id = $1',
      [callId],
    );
    return rows[0]?.org_id ?? null;
  }

  async find(callId: string, orgId: string | null): Promise<ReservationState | null> {
    const rows = await this.byAnyId.rowsAround(callId);
    const mine = rows.filter((row) => orgId === null || row.org_id === orgId);
    const row =
      mine.find((each) => each.call_id === callId) ??
      mine
        .filter((each) => each.vapi_call_id === callId)
        .sort((x, y) => x.created_at.getTime() - y.created_at.getTime())[0];
    return row ? toState(row) : null;
  }

  async list(orgId: string, { status, limit, after }: ReservationFilter): Promise<ReservationState[]> {
    const rows: ReservationRow[] = await this.database.query(
      `${SELECT_RESERVATIONS}
       where r.org_id = $1 and ($2::text is null or r.status = $2)
         and ($3::timestamptz is null or (r.created_at, r.id) < ($3::timestamptz, $4::uuid))
       order by r.created_at desc, r.id desc limit $5`,
      [orgId, status ?? null, after?.createdAt ?? null, after?.id ?? null, limit],
    );
    return rows.map(toState);
  }

  async findExpired(now: Date, limit: number): Promise<CallToAskAbout[]> {
    const rows: ExpiredRow[] = await this.database.query(FIND_EXPIRED.text, [now, limit]);
    return rows.map((row) => ({
      callId: row.call_id,
      orgId: row.org_id,
      vapiCallId: row.vapi_call_id,
      createdAt: row.created_at,
    }));
  }
}
