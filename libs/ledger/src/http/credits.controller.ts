import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import {
  ApiIdempotencyKey,
  ApiOperator,
  CurrentCaller,
  IdempotencyKey,
  IsSignedAmount,
  IsStorableText,
  IsUuidText,
  markReplayed,
  MAX_DESCRIPTION_LENGTH,
  nameOf,
  OperatorOnly,
  OrgIdParam,
  orRefuse,
  Problems,
  refuse,
  type Caller,
} from '@holdfast/platform';
import { IsIn, IsOptional, MaxLength } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { JournalReader } from '../application/journal-reader.port';
import { Ledger } from '../application/ledger';
import { CREDIT_TYPES, type CounterAccount, type CreditType } from '../domain/journal-entry';

class AddCreditsBody {
  @ApiProperty({ enum: CREDIT_TYPES, example: 'topup' })
  @IsIn(CREDIT_TYPES)
  type: CreditType;

  @ApiProperty({ example: 10_000, description: 'pence; only an adjustment may be negative, never below the limit' })
  @IsSignedAmount()
  amountPence: number;

  @ApiProperty({ required: false, example: 'bank transfer 2026-11-23' })
  @IsOptional()
  @MaxLength(MAX_DESCRIPTION_LENGTH)
  @IsStorableText()
  description?: string;

  @ApiProperty({ required: false, format: 'uuid', description: 'of a refund: the charge it gives back' })
  @IsOptional()
  @IsUuidText()
  refundOf?: string;
}

/** Written out, for `refundOf` has no example that works everywhere: it names a charge that was really made. */
const EXAMPLES = {
  'a top-up': { value: { type: 'topup', amountPence: 10_000, description: 'bank transfer 2026-11-23' } },
  'a correction': { value: { type: 'adjustment', amountPence: -100, description: 'typing error of 2026-11-23' } },
};

class AddCreditsAnswer {
  @ApiProperty({ format: 'uuid' }) transactionId: string;
  @ApiProperty({ example: 0 }) balanceBeforePence: number;
  @ApiProperty({ example: 10_000 }) balanceAfterPence: number;
  @ApiProperty({ example: 10_000 }) effectiveBalancePence: number;
  @ApiProperty({ example: 0, description: 'taken at once for calls that could not be paid earlier' })
  arrearsCollectedPence: number;
}

@ApiTags('Operators: organizations')
@ApiOperator()
@OperatorOnly()
@Controller('api/admin/organizations/:orgId/credits')
export class CreditsController {
  constructor(
    private readonly ledger: Ledger,
    private readonly journal: JournalReader,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Add credits: top-up, bonus, refund or adjustment',
    description:
      'Arrears are collected in the same atom, oldest first. The charge of a number whose order is still open is not ' +
      'refunded here (400): `POST /api/admin/phone-numbers/{id}/end` ends and refunds it. A repeat with the same key answers the same, with ' +
      '`Idempotent-Replayed: true`, and adds nothing.',
  })
  @ApiIdempotencyKey('payment-2026-000123')
  @ApiBody({ type: AddCreditsBody, examples: EXAMPLES })
  @ApiCreatedResponse({ type: AddCreditsAnswer })
  @Problems(402, 404, 422)
  async add(
    @Param('orgId', OrgIdParam) orgId: string,
    @CurrentCaller() caller: Caller,
    @IdempotencyKey() idempotencyKey: string,
    @Body() body: AddCreditsBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AddCreditsAnswer> {
    const { type, amountPence, description } = body;
    if (amountPence < 0 && type !== 'adjustment')
      throw badField('amountPence', 'must be at least 1, unless an adjustment');
    const refundOf = body.refundOf === undefined ? null : await this.original(orgId, body);
    const request = { orgId, type, amountPence, description, refundOf, idempotencyKey, createdBy: nameOf(caller) };
    const { replayed, ...answer } = orRefuse(await this.ledger.addCredits(request));
    markReplayed(reply, replayed);
    return answer;
  }

  /** A refund goes back to the account that its original credited, and is never larger than it. */
  private async original(
    orgId: string,
    { type, amountPence, refundOf }: AddCreditsBody,
  ): Promise<{ transactionId: string; counterAccount: CounterAccount }> {
    const original = refundOf === undefined ? null : await this.journal.entry(orgId, refundOf);
    if (type !== 'refund' || !original?.counterAccount || original.balanceAfterPence >= original.balanceBeforePence) {
      throw badField('refundOf', 'must be a charge of this organization, and the type a refund');
    }
    if (amountPence > original.amountPence)
      throw badField('amountPence', 'must not exceed the charge that is refunded');
    return { transactionId: original.id, counterAccount: original.counterAccount };
  }
}

function badField(path: string, message: string): Error {
  return refuse('invalid_request', `${path}: ${message}`, { errors: [{ path, message }] });
}
