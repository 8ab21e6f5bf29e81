import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { isRefusal } from '@holdfast/kernel';
import { organizationNotFound } from '@holdfast/ledger';
import { ApiTenant, CurrentCaller, nameOf, Problems, TenantIfKnown, type Caller } from '@holdfast/platform';
import { Reservations, type CallCreditsReserved, type ReservedCreditsCommitted } from '@holdfast/reservation';
import {
  COMMIT_ANSWERS,
  commitArguments,
  type CommitArguments,
  RESERVE_ANSWERS,
  reserveArguments,
  type ReserveArguments,
} from './call-credits.dto';
import { toStoredFunctionAnswer, type StoredFunctionAnswer } from './stored-function-answer';
import { mayReach } from './stored-function-arguments';
import { OLD_CLIENTS, RPC_PATH } from './rpc-path';

const SECONDS_PER_MINUTE = 60;

interface OldCommitFields {
  /** Minutes that were charged, as the old engine counted them. */
  readonly actualMinutes: number;
  readonly durationSeconds: number;
}

@ApiTags(OLD_CLIENTS)
@ApiTenant()
@Controller(RPC_PATH)
export class CallCreditsRpcController {
  constructor(private readonly reservations: Reservations) {}

  @Post('reserve_call_credits')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Authorize a call: hold credit for it',
    description: 'A repeat answers with the same reservation (`duplicate`) and holds nothing more.',
  })
  @ApiOkResponse({ content: { 'application/json': { examples: RESERVE_ANSWERS } } })
  @Problems()
  async reserve(
    @CurrentCaller() caller: Caller,
    @Body({ schema: reserveArguments }) args: ReserveArguments,
  ): Promise<StoredFunctionAnswer<CallCreditsReserved>> {
    if (!mayReach(caller, args.p_org_id)) return toStoredFunctionAnswer<never>(organizationNotFound());
    const reserved = await this.reservations.reserve({
      orgId: args.p_org_id,
      callId: args.p_call_id,
      vapiCallId: args.p_vapi_call_id,
      estimatedMinutes: args.p_estimated_minutes,
      createdBy: nameOf(caller),
    });
    return toStoredFunctionAnswer(reserved);
  }

  @Post('commit_reserved_credits')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Capture: charge what a call really cost',
    description:
      'A repeat answers the first result (`duplicate`) and charges nothing. With no reservation at all, an organization’s ' +
      'key bills that organization directly; the operator key is told `no_active_reservation`.',
  })
  @ApiOkResponse({ content: { 'application/json': { examples: COMMIT_ANSWERS } } })
  @Problems()
  async commit(
    @TenantIfKnown() orgId: string | null,
    @CurrentCaller() caller: Caller,
    @Body({ schema: commitArguments }) args: CommitArguments,
  ): Promise<StoredFunctionAnswer<ReservedCreditsCommitted & OldCommitFields>> {
    const committed = await this.reservations.commit({
      orgId,
      callId: args.p_call_id,
      actualDurationSeconds: args.p_actual_duration_seconds,
      createdBy: nameOf(caller),
    });
    if (isRefusal(committed)) return toStoredFunctionAnswer<never>(committed);
    return toStoredFunctionAnswer({
      ...committed,
      actualMinutes: committed.billedSeconds / SECONDS_PER_MINUTE,
      durationSeconds: committed.actualDurationSeconds,
    });
  }
}
