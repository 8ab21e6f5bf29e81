import { Body, Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiProperty, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { MAX_BILLABLE_SECONDS } from '@holdfast/kernel';
import { idField, orRefuse, Problems, Public } from '@holdfast/platform';
import { z } from 'zod';
import { StatusCheck, type CallStatus } from '../application/check-status';
import { StatusCheckGuard, type StatusCheckRequest } from './status-check.guard';

const duration = z.number().min(0).max(MAX_BILLABLE_SECONDS).nullish();
const Call = z.looseObject({ id: idField });

/** Two shapes: ours, and the old engine's. What else a message carries is of no interest here. */
const StatusCheckBody = z
  .looseObject({
    message: z.looseObject({ call: Call.nullish(), durationSeconds: duration }).nullish(),
    call: Call.nullish(),
  })
  .refine(({ message, call }) => (message?.call ?? call) !== undefined && (message?.call ?? call) !== null, {
    path: ['message', 'call', 'id'],
    message: 'is required',
  });
type StatusCheckBody = z.infer<typeof StatusCheckBody>;

const EXAMPLES = {
  'a call that runs': { value: { message: { call: { id: 'call-123' }, durationSeconds: 61.5 } } },
  'as the old engine was asked': { value: { call: { id: 'call-123' }, message: { durationSeconds: 61.5 } } },
};

class StatusCheckAnswer {
  @ApiProperty({ example: false, description: 'the call has used what it can pay for: end it now' }) endCall: boolean;
  @ApiProperty({ required: false, description: 'to be spoken' }) message?: string;
  @ApiProperty({ example: 9_720 }) effectiveBalancePence: number;
  @ApiProperty({ example: 280 }) reservedPence: number;
  @ApiProperty({ example: 112, description: 'what the call would cost if it ended now, or did cost' })
  accruedPence: number;
  @ApiProperty({ example: 212.5 }) remainingSeconds: number;
  @ApiProperty({ example: 60 }) nextCheckSeconds: number;
}

@ApiTags('Vapi')
@Public()
@UseGuards(StatusCheckGuard)
@ApiSecurity('key')
@Controller('api/vapi/webhook/status-check')
export class StatusCheckController {
  constructor(private readonly status: StatusCheck) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Kill switch: may this call go on?',
    description:
      'Extends the call’s hold first; ends the call only when it has used what it can pay for. With Vapi’s secret, or ' +
      'an organization’s key for its own calls. A repeat extends no further.',
  })
  @ApiBody({ schema: {}, examples: EXAMPLES })
  @ApiOkResponse({ type: StatusCheckAnswer })
  @Problems(404)
  async check(
    @Req() { scope }: StatusCheckRequest,
    @Body({ schema: StatusCheckBody }) body: StatusCheckBody,
  ): Promise<CallStatus> {
    const callId = (body.message?.call ?? body.call)?.id as string;
    return orRefuse(await this.status.check(callId, body.message?.durationSeconds ?? undefined, scope));
  }
}
