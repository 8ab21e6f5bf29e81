import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ApiOperator, OperatorOnly, Problems } from '@holdfast/platform';
import { ExpireAbandonedReservations } from '../application/expire-abandoned-reservations';

class CleanupAnswer {
  @ApiProperty({ description: 'given back: no sign of life' }) expired: number;
  @ApiProperty({ description: 'still live' }) renewed: number;
  @ApiProperty({ description: 'ended, and charged from the provider’s own times' }) committed: number;
  @ApiProperty({ description: 'left alone: nothing is known of the call yet, or somebody else was faster' })
  kept: number;
}

@ApiTags('Operators: calls')
@ApiOperator()
@OperatorOnly()
@Controller('api/admin/reservations/cleanup')
export class CleanupController {
  constructor(private readonly expiry: ExpireAbandonedReservations) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Expire abandoned reservations now',
    description: 'What the schedule does every minute. A repeat finds nothing left to do.',
  })
  @ApiOkResponse({ type: CleanupAnswer })
  @Problems()
  run(): Promise<CleanupAnswer> {
    return this.expiry.sweep();
  }
}
