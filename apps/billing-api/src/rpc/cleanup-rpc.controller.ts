import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { OperatorOnly, Problems } from '@holdfast/platform';
import { ExpireAbandonedReservations } from '@holdfast/reservation';
import { OLD_CLIENTS, RPC_PATH } from './rpc-path';

@ApiTags(OLD_CLIENTS)
@ApiSecurity('key')
@Controller(RPC_PATH)
export class CleanupRpcController {
  constructor(private readonly expiry: ExpireAbandonedReservations) {}

  @Post('cleanup_expired_reservations')
  @HttpCode(200)
  @OperatorOnly()
  @ApiOperation({
    summary: 'Expire abandoned reservations now (operators)',
    description: 'Answers how many were given back. The engine does it by itself every minute; a repeat finds nothing.',
  })
  @ApiOkResponse({ schema: { type: 'integer', example: 0 } })
  @Problems()
  async cleanUp(): Promise<number> {
    return (await this.expiry.sweep()).expired;
  }
}
