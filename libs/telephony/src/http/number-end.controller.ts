import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiProperty, ApiTags } from '@nestjs/swagger';
import {
  ApiOperator,
  CurrentCaller,
  isUuid,
  MAX_ID_LENGTH,
  nameOf,
  OperatorOnly,
  orRefuse,
  Problems,
  TenantIfKnown,
  type Caller,
} from '@holdfast/platform';
import { Matches, MaxLength } from 'class-validator';
import { EndNumber } from '../application/number-end';
import { numberNotFound } from '../application/number-not-found';
import type { PhoneNumberState } from '../domain/phone-number';
import type { NumberStatus } from '../domain/phone-number-status';

/** Something to read, on one line. */
const PRINTABLE = /^(?=.*\S)[^\p{Cc}\p{Cs}\u2028\u2029]+$/u;

class EndNumberBody {
  @ApiProperty({ example: 'the account at the provider is closed', description: '1 to 255 printable characters' })
  @MaxLength(MAX_ID_LENGTH)
  @Matches(PRINTABLE, { message: 'reason must be 1 to 255 printable characters' })
  reason: string;
}

class EndedNumberAnswer {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ format: 'uuid' }) orgId: string;
  @ApiProperty({ type: String, nullable: true, example: null }) phoneNumber: string | null;
  @ApiProperty({ enum: ['failed', 'released'], example: 'failed' }) status: NumberStatus;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'ended_by_operator',
    description: 'of a failed one; `nothing_bought`: the provider showed that it has nothing',
  })
  failureReason: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 1_000 }) costPence: number | null;
  @ApiProperty({ type: String, nullable: true, format: 'uuid', description: 'the charge' }) transactionId:
    string | null;
  @ApiProperty({ type: String, nullable: true, format: 'uuid', description: 'null: released, nothing was refunded' })
  refundTransactionId: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'ended by operator: the account at the provider is closed',
    description: 'who ended it and why, or what the provider said last',
  })
  note: string | null;
}

@ApiTags('Operators: phone numbers')
@ApiOperator()
@OperatorOnly()
@Controller('api/admin/phone-numbers')
export class NumberEndController {
  constructor(private readonly endings: EndNumber) {}

  @Post(':id/end')
  @HttpCode(200)
  @ApiOperation({
    summary: 'End an order, or a release, that does not come to an end',
    description:
      'For what `GET /api/admin/phone-number-orphans` lists as `stuck`: its provider cannot be asked any more, or never ' +
      'takes the number back. The provider is asked once more if it is the configured one. It has the number: 409, and ' +
      'the purchase goes on. It has nothing: ended as the engine would have. Nobody can tell: your word counts. An ' +
      'order ends `failed`, with its refund in the same atom; if you refunded its charge in full by hand before, that ' +
      'is the refund. A release ends `released`, without one. A number that is at the provider all the same is listed ' +
      'as `nobody_paid` once the provider can be asked: release it there. 409 with Retry-After before a step is 30 ' +
      'minutes old, 409 `already_committed` when the number is active. A repeat answers how it ended, and moves nothing.',
  })
  @ApiParam({
    name: 'id',
    schema: { type: 'string', format: 'uuid' },
    description: 'the order: `intentId` in that list',
  })
  @ApiHeader({
    name: 'X-Org-Id',
    required: false,
    description: 'Whose order you mean it to be: another organization’s is not found.',
    schema: { type: 'string', format: 'uuid' },
  })
  @ApiOkResponse({ type: EndedNumberAnswer })
  @Problems(404, 409)
  async end(
    @Param('id') id: string,
    @TenantIfKnown() orgId: string | null,
    @CurrentCaller() caller: Caller,
    @Body() { reason }: EndNumberBody,
  ): Promise<EndedNumberAnswer> {
    const known = isUuid(id)
      ? await this.endings.end({ id, orgId, reason, endedBy: nameOf(caller) })
      : numberNotFound();
    return toEndedNumber(orRefuse(known));
  }
}

function toEndedNumber(number: PhoneNumberState): EndedNumberAnswer {
  const { id, orgId, phoneNumber, status, failureReason, costPence, chargeId, refundId, lastError } = number;
  return {
    id,
    orgId,
    phoneNumber,
    status,
    failureReason: status === 'failed' ? failureReason : null,
    costPence,
    transactionId: chargeId,
    refundTransactionId: refundId,
    note: lastError,
  };
}
