import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ApiOperator, OperatorOnly, Problems } from '@holdfast/platform';
import { Reconciliation } from './reconciliation';
import type { ReconciliationReport } from './reconciliation-run';

class InvariantAnswer {
  @ApiProperty({ example: 'balance_is_the_sum_of_its_transactions' }) name: string;
  @ApiProperty({ example: true }) ok: boolean;
  @ApiProperty({ example: 0, description: 'how many rows break the rule' }) violations: number;
  @ApiProperty({ type: [String], example: [], description: 'ids of the first 20 of them' }) sample: string[];
}

class ReconciliationAnswer {
  @ApiProperty({ example: true }) ok: boolean;
  @ApiProperty({ type: [InvariantAnswer] }) checks: InvariantAnswer[];
  @ApiProperty({ format: 'date-time', type: String, description: 'the moment all checks looked at' }) asOf: Date;
}

@ApiTags('Operators: reconciliation')
@ApiOperator()
@OperatorOnly()
@Controller('api/admin/reconciliation')
export class ReconciliationController {
  constructor(private readonly reconciliation: Reconciliation) {}

  @Get()
  @ApiOperation({
    summary: 'Is the book right?',
    description:
      'Every rule that must hold whatever fails, checked in the database in one read-only snapshot. Nothing waits for ' +
      'it. Takes about ten seconds for each million of transactions. `ok: false` is an emergency: keep the answer, and look at the ids.',
  })
  @ApiOkResponse({ type: ReconciliationAnswer })
  @Problems()
  check(): Promise<ReconciliationReport> {
    return this.reconciliation.run();
  }
}
