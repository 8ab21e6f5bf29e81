import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  ApiTenant,
  cursorField,
  decodeRowCursor,
  encodeRowCursor,
  idField,
  orRefuse,
  pageField,
  Problems,
  Tenant,
  TenantIfKnown,
} from '@holdfast/platform';
import { JournalReader, organizationNotFound } from '@holdfast/ledger';
import { z } from 'zod';
import { reservationNotFound } from '../application/release-reserved-credits';
import { ReservationReader } from '../application/reservation-reader.port';
import { RESERVATION_STATUSES } from '../domain/credit-reservation';
import { ReservationPage, ReservationView, toReservationView } from './reservation.view';

const ReservationQuery = z.object({
  status: z.enum(RESERVATION_STATUSES).optional(),
  limit: pageField,
  cursor: cursorField,
});
type ReservationQuery = z.infer<typeof ReservationQuery>;

@ApiTags('Billing: calls')
@ApiTenant()
@Controller('api/billing/reservations')
export class ReservationsController {
  constructor(
    private readonly reader: ReservationReader,
    private readonly journal: JournalReader,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Reservations, newest first' })
  @ApiOkResponse({ type: ReservationPage })
  @Problems(404)
  async list(
    @Tenant() orgId: string,
    @Query({ schema: ReservationQuery }) { status, limit, cursor }: ReservationQuery,
  ): Promise<ReservationPage> {
    const after = decodeRowCursor(cursor);
    const found = await this.reader.list(orgId, {
      status,
      limit: limit + 1,
      after: after && { createdAt: after.at, id: after.id },
    });
    if (found.length === 0) orRefuse((await this.journal.wallet(orgId)) ?? organizationNotFound());
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      data: page.map(toReservationView),
      nextCursor: found.length > limit && last ? encodeRowCursor({ at: last.createdAt, id: last.id }) : null,
    };
  }

  @Get(':callId')
  @ApiOperation({ summary: 'The reservation of one call', description: 'By its call id, else by Vapi’s call id.' })
  @ApiOkResponse({ type: ReservationView })
  @Problems(404)
  async get(
    @TenantIfKnown() orgId: string | null,
    @Param('callId', { schema: idField }) callId: string,
  ): Promise<ReservationView> {
    return toReservationView(orRefuse((await this.reader.find(callId, orgId)) ?? reservationNotFound()));
  }
}
