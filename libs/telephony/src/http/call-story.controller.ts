import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { toTransactionView, TransactionView } from '@holdfast/ledger';
import { ApiTenant, idField, orRefuse, Problems, TenantIfKnown } from '@holdfast/platform';
import { ReservationView, toReservationView } from '@holdfast/reservation';
import { CallStories, type StoryEvent } from '../application/call-story';

class CallStoryAnswer {
  @ApiProperty({ example: 'call-123' }) callId: string;
  @ApiProperty({ format: 'uuid' }) orgId: string;
  @ApiProperty({ example: 'settled' }) state: string;
  @ApiProperty({ format: 'date-time', type: String, nullable: true }) startedAt: Date | null;
  @ApiProperty({ format: 'date-time', type: String, nullable: true }) endedAt: Date | null;
  @ApiProperty({ type: ReservationView, nullable: true }) reservation: ReservationView | null;
  @ApiProperty({ type: [Object], example: [{ at: '2026-11-23T10:00:00.000Z', kind: 'reserved', amountPence: 280 }] })
  events: readonly StoryEvent[];
  @ApiProperty({ type: [TransactionView] }) transactions: TransactionView[];
}

@ApiTags('Billing: calls')
@ApiTenant()
@Controller('api/billing/calls')
export class CallStoryController {
  constructor(private readonly stories: CallStories) {}

  @Get(':callId')
  @ApiOperation({
    summary: 'One call’s story',
    description:
      'Every grant, extension, check, warning, cut and charge in order: why was I cut, why was I charged this. ' +
      '`arrears`: cost that the wallet could not pay; `arrears_collected`: what a later credit paid of it.',
  })
  @ApiOkResponse({ type: CallStoryAnswer })
  @Problems(404)
  async story(
    @TenantIfKnown() orgId: string | null,
    @Param('callId', { schema: idField }) callId: string,
  ): Promise<CallStoryAnswer> {
    const { reservation, transactions, ...story } = orRefuse(await this.stories.tell(callId, orgId));
    return {
      ...story,
      reservation: reservation && toReservationView(reservation),
      transactions: transactions.map(toTransactionView),
    };
  }
}
