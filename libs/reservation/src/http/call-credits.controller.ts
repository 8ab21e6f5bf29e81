import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiTenant, callerOf, nameOf, namedTenantOf, orRefuse, Problems, tenantOf } from '@holdfast/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Reservations } from '../application/reservations';
import { CommitAnswer, CommitBody, ReleaseAnswer, ReleaseBody, ReserveAnswer, ReserveBody } from './call-credits.dto';

@ApiTags('Billing: calls')
@ApiTenant()
@Controller('api/billing')
export class CallCreditsController {
  constructor(private readonly reservations: Reservations) {}

  @Post('reserve-credits')
  @HttpCode(201)
  @ApiOperation({
    summary: 'Authorize a call: hold credit for it',
    description:
      'Holds the price of the estimate, or of as many whole increments as the wallet can pay (`partial`). A repeat by ' +
      'the same organization answers 200 with its reservation (`duplicate`) and holds nothing more; it may name the ' +
      '`vapiCallId` that was not known at first. Start outbound and web calls with `maxDurationSeconds` = `grantedSeconds`.',
  })
  @ApiCreatedResponse({ type: ReserveAnswer })
  @ApiOkResponse({ type: ReserveAnswer, description: 'a repeat' })
  @Problems(402, 404, 409)
  async reserve(
    @Req() http: FastifyRequest,
    @Body({ schema: ReserveBody }) body: ReserveBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReserveAnswer> {
    const { callId, vapiCallId, estimatedMinutes } = body; // spreading a parsed body is 3 µs, more than validating it
    const orgId = namedTenantOf(http);
    const request = { orgId, callId, vapiCallId, estimatedMinutes, createdBy: nameOf(callerOf(http)) };
    const answer = orRefuse(await this.reservations.reserve(request));
    if (answer.duplicate) void reply.status(200);
    return answer;
  }

  @Post('commit-credits')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Capture: charge what a call really cost',
    description:
      'From its hold first, beyond it from the wallet, the remainder becomes arrears; never capped at the hold. The ' +
      'rest of the hold is released. A repeat answers the first result (`duplicate`) and charges nothing.',
  })
  @ApiOkResponse({ type: CommitAnswer })
  @Problems(404, 409)
  async commit(@Req() http: FastifyRequest, @Body({ schema: CommitBody }) body: CommitBody): Promise<CommitAnswer> {
    const { callId, actualDurationSeconds } = body;
    const request = { orgId: tenantOf(http), callId, actualDurationSeconds, createdBy: nameOf(callerOf(http)) };
    return orRefuse(await this.reservations.commit(request));
  }

  @Post('release-credits')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Release a hold without a charge',
    description: 'For a call that never connected. Twice is a repeat; a charged call is `already_committed`.',
  })
  @ApiOkResponse({ type: ReleaseAnswer })
  @Problems(404, 409)
  async release(@Req() http: FastifyRequest, @Body({ schema: ReleaseBody }) body: ReleaseBody): Promise<ReleaseAnswer> {
    const createdBy = nameOf(callerOf(http));
    return orRefuse(await this.reservations.release({ ...body, orgId: tenantOf(http), createdBy }));
  }
}
