import 'reflect-metadata';
import { Body, Controller, Get, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

/** As long as the engine's own answers. */
const ANSWER = {
  transactionId: '019a0a07-0a20-764f-b795-cf1cb35e5f49',
  assetType: 'phone_number',
  costPence: 7,
  balanceBeforePence: 1_000_000_000_000,
  balanceAfterPence: 999_999_999_993,
  effectiveBalancePence: 999_999_999_993,
};

/** A webhook is at most this large (the engine's own default limit). */
const BODY_LIMIT_BYTES = 10_485_760;

@Controller()
class ConstantController {
  @Post(['api/billing/deduct-asset', 'api/vapi/webhook'])
  @HttpCode(200)
  answer(@Body() _body: unknown): typeof ANSWER {
    return ANSWER;
  }

  @Get('health/ready')
  ready(): { ok: true } {
    return { ok: true };
  }
}

@Module({ controllers: [ConstantController] })
class ConstantModule {}

/** The same adapter, parsing JSON and answering a constant: nothing that serves a request can be faster. */
async function main(): Promise<void> {
  const adapter = new FastifyAdapter({ bodyLimit: BODY_LIMIT_BYTES });
  const app = await NestFactory.create<NestFastifyApplication>(ConstantModule, adapter, { logger: false });
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
  await app.listen(Number(process.env.PORT), '127.0.0.1');
}

void main();
