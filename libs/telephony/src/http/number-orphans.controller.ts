import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ApiOperator, OperatorOnly, Problems } from '@holdfast/platform';
import { ORPHAN_KINDS, type OrphanKind } from '../application/number-orphan-book.port';
import { NumberOrphans } from '../application/number-orphans';

class OrphanView {
  @ApiProperty({ enum: ORPHAN_KINDS }) kind: OrphanKind;
  @ApiProperty({ format: 'uuid', description: 'the order, as the tag at the provider names it' }) intentId: string;
  @ApiProperty({ example: 'sandbox', description: 'where it lies, or ought to' }) side: string;
  @ApiProperty({ type: String, nullable: true, description: 'its id there' }) ref: string | null;
  @ApiProperty({ type: String, nullable: true }) phoneNumber: string | null;
  @ApiProperty({ type: String, nullable: true, format: 'uuid' }) orgId: string | null;
  @ApiProperty({ example: 'its order is failed' }) detail: string;
  @ApiProperty({ format: 'date-time', type: String }) firstSeenAt: Date;
  @ApiProperty({ format: 'date-time', type: String }) lastSeenAt: Date;
}

class OrphansAnswer {
  @ApiProperty({ format: 'date-time', type: String, nullable: true }) checkedAt: Date | null;
  @ApiProperty({ type: String, nullable: true, description: 'why the last check could not see everything' })
  problem: string | null;
  @ApiProperty({ type: [OrphanView] }) data: OrphanView[];
}

@ApiTags('Operators: phone numbers')
@ApiOperator()
@OperatorOnly()
@Controller('api/admin/phone-number-orphans')
export class NumberOrphansController {
  constructor(private readonly orphans: NumberOrphans) {}

  @Get()
  @ApiOperation({
    summary: 'Numbers and payments that do not belong together',
    description:
      '`nobody_paid`: at the provider under our tag without a live order; release it there. `not_at_provider`: active ' +
      'here and not in the provider’s list. `stuck`: an order or release that does not come to an end; end it by ' +
      '`POST /api/admin/phone-numbers/{id}/end`. Found every ten ' +
      'minutes; nothing is done about them by itself.',
  })
  @ApiOkResponse({ type: OrphansAnswer })
  @Problems()
  async list(): Promise<OrphansAnswer> {
    const { checkedAt, problem, orphans } = await this.orphans.report();
    return { checkedAt, problem, data: orphans };
  }

  @Post('check')
  @HttpCode(200)
  @ApiOperation({ summary: 'Look for them now', description: 'A repeat looks again.' })
  @ApiOkResponse({ type: OrphansAnswer })
  @Problems()
  async check(): Promise<OrphansAnswer> {
    await this.orphans.check({ force: true });
    return this.list();
  }
}
