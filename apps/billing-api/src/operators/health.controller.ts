import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { Metrics, pendingMigrations, Public } from '@holdfast/platform';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';

/** Slower than this is not ready. */
const READY_WITHIN_MS = 2_000;

class HealthAnswer {
  @ApiProperty({ example: 'ok' }) status: string;
}

class NotReadyAnswer {
  @ApiProperty({ example: 'unavailable' }) status: string;
  @ApiProperty({ example: 'the database does not answer' }) reason: string;
}

@ApiTags('Operation')
@Public()
@Controller()
export class HealthController {
  constructor(
    private readonly database: DataSource,
    private readonly metricsOf: Metrics,
  ) {}

  @Get('health/live')
  @ApiOperation({ summary: 'The process answers' })
  @ApiOkResponse({ type: HealthAnswer })
  live(): HealthAnswer {
    return { status: 'ok' };
  }

  @Get('health/ready')
  @ApiOperation({ summary: 'The database answers and has this build’s schema', description: '503 otherwise.' })
  @ApiOkResponse({ type: HealthAnswer })
  @ApiServiceUnavailableResponse({ type: NotReadyAnswer })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthAnswer | NotReadyAnswer> {
    const reason = await Promise.race([this.whyNotReady(), tooSlow()]);
    if (reason === null) return { status: 'ok' };
    void reply.status(503).header('retry-after', '1');
    return { status: 'unavailable', reason };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Prometheus metrics' })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  metrics(): Promise<string> {
    return this.metricsOf.registry.metrics();
  }

  private async whyNotReady(): Promise<string | null> {
    try {
      const pending = await pendingMigrations(this.database);
      return pending.length === 0 ? null : `migrations have not run: ${pending.join(', ')}`;
    } catch {
      return 'the database does not answer';
    }
  }
}

function tooSlow(): Promise<string> {
  return new Promise((resolve) =>
    setTimeout(() => resolve('the database does not answer in time'), READY_WITHIN_MS).unref(),
  );
}
