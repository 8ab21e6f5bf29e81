import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import {
  ApiOperator,
  cursorField,
  decodeRowCursor,
  encodeRowCursor,
  idField,
  isUuid,
  OperatorOnly,
  pageField,
  Problems,
  refuse,
} from '@holdfast/platform';
import { z } from 'zod';
import {
  DELIVERY_STATUSES,
  DeliveryLog,
  type DeliveryStatus,
  type LoggedDelivery,
} from '../application/delivery-log.port';
import { DeliveryReplay } from '../application/delivery-replay.port';

const DeliveryQuery = z.object({
  status: z.enum(DELIVERY_STATUSES).optional(),
  type: idField.optional(),
  callId: idField.optional(),
  limit: pageField,
  cursor: cursorField,
});
type DeliveryQuery = z.infer<typeof DeliveryQuery>;

class DeliverySummary {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ format: 'date-time', type: String }) receivedAt: Date;
  @ApiProperty({ example: 'end-of-call-report' }) type: string;
  @ApiProperty({ type: String, nullable: true }) callId: string | null;
  @ApiProperty({ type: String, nullable: true }) orgId: string | null;
  @ApiProperty({ enum: DELIVERY_STATUSES }) status: DeliveryStatus;
  @ApiProperty({ example: 1 }) attempts: number;
  @ApiProperty({ type: String, nullable: true }) error: string | null;
  @ApiProperty({ type: Object, nullable: true, description: 'what came of it, and flags for you' }) outcome: unknown;
  @ApiProperty({ format: 'date-time', type: String, nullable: true, description: 'when it is tried again by itself' })
  retryAt: Date | null;
  @ApiProperty({ format: 'date-time', type: String, nullable: true }) processedAt: Date | null;
}

class DeliveryPage {
  @ApiProperty({ type: [DeliverySummary] }) data: DeliverySummary[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}

class WholeDelivery extends DeliverySummary {
  @ApiProperty({ type: Object }) headers: unknown;
  @ApiProperty({ type: Object, description: 'redacted: no secrets, no control URLs, no conversation' })
  payload: unknown;
}

@ApiTags('Operators: webhooks')
@ApiOperator()
@OperatorOnly()
@Controller('api/admin/webhook-deliveries')
export class DeliveriesController {
  constructor(
    private readonly deliveries: DeliveryLog,
    private readonly replays: DeliveryReplay,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Webhook deliveries, newest first', description: '`?status=failed` is your work list.' })
  @ApiOkResponse({ type: DeliveryPage })
  @Problems()
  async list(@Query({ schema: DeliveryQuery }) query: DeliveryQuery): Promise<DeliveryPage> {
    const { cursor, limit, ...filter } = query;
    const before = decodeRowCursor(cursor);
    const found = await this.deliveries.list({
      ...filter,
      limit: limit + 1,
      before: before && { receivedAt: before.at, id: before.id },
    });
    const data = found.slice(0, limit);
    const last = data.at(-1);
    return {
      data,
      nextCursor: found.length > limit && last ? encodeRowCursor({ at: last.receivedAt, id: last.id }) : null,
    };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One delivery with its payload' })
  @ApiOkResponse({ type: WholeDelivery })
  @Problems(404)
  async get(@Param('id') id: string): Promise<WholeDelivery> {
    return shown(await this.find(id));
  }

  @Post(':id/replay')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Run a delivery again',
    description: 'Through the same path as when it came. What was charged already is not charged again.',
  })
  @ApiOkResponse({ type: WholeDelivery })
  @Problems(404)
  async replay(@Param('id') id: string): Promise<WholeDelivery> {
    await this.replays.replay(await this.find(id));
    return shown(await this.find(id));
  }

  private async find(id: string): Promise<LoggedDelivery> {
    const delivery = isUuid(id) ? await this.deliveries.find(id) : null;
    if (!delivery) throw refuse('not_found', 'There is no such delivery.');
    return delivery;
  }
}

/** Without the way to its call: a secret, kept for whoever runs it again. */
function shown({ controlUrl: _, ...delivery }: LoggedDelivery): WholeDelivery {
  return delivery;
}
