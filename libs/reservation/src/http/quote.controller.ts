import { MAX_BILLABLE_SECONDS } from '@holdfast/kernel';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ApiTenant, orRefuse, Problems, Tenant } from '@holdfast/platform';
import { z } from 'zod';
import { Quotes } from '../application/quotes';

const MAX_MINUTES = MAX_BILLABLE_SECONDS / 60;

/** Number() also takes blanks for 0, and 0x10. */
const PLAIN_DECIMAL = /^\d+(\.\d+)?$/;
const MICROSECONDS = 1_000_000;

const lengthField = (max: number) =>
  z
    .string()
    .regex(PLAIN_DECIMAL, 'must be a number from 0, in plain decimal notation')
    .transform(Number)
    .pipe(z.number().max(max))
    .optional();

const QuoteQuery = z
  .object({ minutes: lengthField(MAX_MINUTES).meta({ example: 5 }), seconds: lengthField(MAX_BILLABLE_SECONDS) })
  .refine(
    ({ minutes, seconds }) => (minutes === undefined) !== (seconds === undefined),
    'give either minutes or seconds',
  );
type QuoteQuery = z.infer<typeof QuoteQuery>;

class QuoteAnswer {
  @ApiProperty({ example: 300 }) seconds: number;
  @ApiProperty({ example: 280 }) costPence: number;
  @ApiProperty({ example: true, description: 'the wallet could pay for it now' }) affordable: boolean;
  @ApiProperty({ example: 10_680, description: 'how long a call the wallet could pay for now' })
  affordableSeconds: number;
}

@ApiTags('Billing: calls')
@ApiTenant()
@Controller('api/billing/quote')
export class QuoteController {
  constructor(private readonly quotes: Quotes) {}

  @Get()
  @ApiOperation({
    summary: 'What a call of this length would cost now',
    description: '`?minutes=5` or `?seconds=187.4`.',
  })
  @ApiOkResponse({ type: QuoteAnswer })
  @Problems(404)
  async quote(@Tenant() orgId: string, @Query({ schema: QuoteQuery }) query: QuoteQuery): Promise<QuoteAnswer> {
    return orRefuse(await this.quotes.quote(orgId, query.seconds ?? inSeconds(query.minutes as number)));
  }
}

/** To the nearest microsecond: 8.05 × 60 is 483.00000000000006 to a computer, and would be billed as another second. */
function inSeconds(minutes: number): number {
  return Math.round(minutes * 60 * MICROSECONDS) / MICROSECONDS;
}
