import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import {
  ApiOperator,
  cursorField,
  decodeCursor,
  encodeCursor,
  isUuid,
  OperatorOnly,
  pageField,
  Problems,
} from '@holdfast/platform';
import { z } from 'zod';
import { CALL_LIST_STATES, LiveCalls } from '../application/live-calls.port';

const CallQuery = z.object({ state: z.enum(CALL_LIST_STATES).default('live'), limit: pageField, cursor: cursorField });
type CallQuery = z.infer<typeof CallQuery>;

class LiveCallView {
  @ApiProperty({ example: 'call-123' }) callId: string;
  @ApiProperty({ type: String, nullable: true }) vapiCallId: string | null;
  @ApiProperty({ format: 'uuid' }) orgId: string;
  @ApiProperty({ enum: CALL_LIST_STATES }) state: string;
  @ApiProperty({ format: 'date-time', type: String, nullable: true }) startedAt: Date | null;
  @ApiProperty({ example: 61.4 }) elapsedSeconds: number;
  @ApiProperty({ example: 300 }) grantedSeconds: number;
  @ApiProperty({ example: 238.6 }) remainingSeconds: number;
  @ApiProperty({ example: 280 }) reservedPence: number;
  @ApiProperty({ example: false, description: 'money was short for a whole slice: the end is near' })
  lastSlice: boolean;
  @ApiProperty({ format: 'date-time', type: String }) expiresAt: Date;
}

class LiveCallPage {
  @ApiProperty({ type: [LiveCallView] }) data: LiveCallView[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}

@ApiTags('Operators: calls')
@ApiOperator()
@OperatorOnly()
@Controller('api/admin/calls')
export class LiveCallsController {
  constructor(private readonly calls: LiveCalls) {}

  @Get()
  @ApiOperation({ summary: 'Calls that hold credit now, with the seconds they have left' })
  @ApiOkResponse({ type: LiveCallPage })
  @Problems()
  async list(@Query({ schema: CallQuery }) { state, limit, cursor }: CallQuery): Promise<LiveCallPage> {
    const after = decodeCursor(cursor, ([id]) => isUuid(id))?.[0] as string | undefined;
    const found = await this.calls.list(state, limit + 1, after ?? null);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      data: page.map(({ id: _, ...call }) => call),
      nextCursor: found.length > limit && last ? encodeCursor([last.id]) : null,
    };
  }
}
