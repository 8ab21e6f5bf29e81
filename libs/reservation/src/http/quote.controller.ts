import { MAX_BILLABLE_SECONDS } from '@holdfast/kernel';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiQuery, ApiTags } from '@nestjs/swagger';
import { ApiTenant, orRefuse, Problems, Tenant } from '@holdfast/platform';
import { z } from 'zod';
import { Quotes } from '../application/quotes';

const MAX_MINUTES = MAX_BILLABLE_SECONDS / 60;

const QuoteQuery = z
  .object({
    minutes: z.coerce.number().min(0).max(MAX_MINUTES).optional(),
    seconds: z.coerce.number().min(0).max(MAX_BILLABLE_SECONDS).optional(),
  })
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
  @ApiQuery({ name: 'minutes', required: false, example: 5 })
  @ApiQuery({ name: 'seconds', required: false })
  @ApiOkResponse({ type: QuoteAnswer })
  @Problems(404)
  async quote(@Tenant() orgId: string, @Query({ schema: QuoteQuery }) query: QuoteQuery): Promise<QuoteAnswer> {
    return orRefuse(await this.quotes.quote(orgId, query.seconds ?? (query.minutes as number) * 60));
  }
}
