import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { scaledTime, type RateCard } from '@holdfast/kernel';
import { BulkReader, Metrics, Settings } from '@holdfast/platform';
import { DataSource } from 'typeorm';
import type { CallToAskAbout } from '../application/call-liveness.port';
import type { HoldStanding } from '../application/check-call';
import { ReservationReader, type ReservationFilter } from '../application/reservation-reader.port';
import { RESERVATION_STATUSES, type ReservationState } from '../domain/credit-reservation';
import {
  FIND_BY_ANY_ID,
  FIND_EXPIRED,
  FIND_RATE_CARDS,
  FIND_STANDINGS,
  nameOfCard,
  nameOfHold,
  SELECT_RESERVATIONS,
  type ExpiredRow,
  type HoldRow,
  type RateCardRow,
  type ReservationRow,
  type StandingRow,
} from './reservation.sql';
import { RememberedRateCards } from './remembered-rate-cards';
import { toRateCard, toState } from './reservation-rows';

@Injectable()
export class SqlReservationReader extends ReservationReader implements OnApplicationShutdown {
  private readonly byAnyId: BulkReader<ReservationRow & { asked: string }>;
  private readonly standings: BulkReader<StandingRow>;
  private readonly rateCards: BulkReader<RateCardRow>;
  private readonly cards = new RememberedRateCards();

  constructor(
    private readonly database: DataSource,
    private readonly settings: Settings,
    metrics: Metrics,
  ) {
    super();
    const { databaseUrl } = settings;
    const look = { databaseUrl, metrics, keysOf: ({ asked }: { asked: string }) => [asked] };
    this.byAnyId = new BulkReader({ ...look, name: 'reservation-reads', statement: FIND_BY_ANY_ID });
    this.standings = new BulkReader({ ...look, name: 'standing-reads', statement: FIND_STANDINGS });
    this.rateCards = new BulkReader({
      databaseUrl,
      metrics,
      name: 'rate-card-reads',
      statement: FIND_RATE_CARDS,
      keysOf: (row) => [nameOfCard(row)],
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.byAnyId.close(), this.standings.close(), this.rateCards.close()]);
  }

  async find(callId: string, orgId: string | null): Promise<ReservationState | null> {
    const [row] = await this.byAnyId.rowsOf(nameOfHold(callId, orgId));
    return row ? toWholeState(row) : null;
  }

  async standing(callId: string, orgId: string | null): Promise<HoldStanding | null> {
    const [row] = await this.standings.rowsOf(nameOfHold(callId, orgId));
    if (!row) return null;
    const rateCard = this.cards.known(row) ?? (await this.learnedCardOf(row));
    return {
      reservation: toState(row, rateCard),
      effectiveBalancePence: row.effective_pence,
      sharing: row.sharing,
      at: scaledTime(row.now, this.settings.timeScale),
    };
  }

  private async learnedCardOf(row: HoldRow): Promise<RateCard> {
    return (await this.cards.of([row], ([name]) => this.rateCards.rowsOf(name as string)))[0] as RateCard;
  }

  /** Status by status, as the index idx_credit_res_org_status has them, and merged. */
  async list(orgId: string, { status, limit, after }: ReservationFilter): Promise<ReservationState[]> {
    const rows: ReservationRow[] = await this.database.query(
      `select found.* from unnest($2::text[]) as wanted (status)
       cross join lateral (${SELECT_RESERVATIONS}
         where r.org_id = $1 and r.status = wanted.status
           and ($3::timestamptz is null or (r.created_at, r.id) < ($3::timestamptz, $4::uuid))
         order by r.created_at desc, r.id desc limit $5) found
       order by found.created_at desc, found.id desc limit $5`,
      [orgId, status ? [status] : RESERVATION_STATUSES, after?.createdAt ?? null, after?.id ?? null, limit],
    );
    return rows.map(toWholeState);
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

function toWholeState(row: ReservationRow): ReservationState {
  return toState(row, toRateCard(row));
}
