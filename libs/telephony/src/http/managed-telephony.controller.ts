import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  ApiIdempotencyKey,
  ApiTenant,
  CurrentCaller,
  decodeRowCursor,
  encodeRowCursor,
  IdempotencyKey,
  markReplayed,
  nameOf,
  orRefuse,
  Problems,
  RefusedError,
  Tenant,
  TenantIfKnown,
  type Caller,
} from '@holdfast/platform';
import { JournalReader, organizationNotFound } from '@holdfast/ledger';
import type { FastifyReply } from 'fastify';
import { refundedFailure } from '../application/number-failure';
import { NumberProviderHealth } from '../application/number-health';
import { numberNotFound } from '../application/number-not-found';
import { NumberOrphans } from '../application/number-orphans';
import { NumberReader } from '../application/number-reader.port';
import { ReleaseNumber } from '../application/number-release';
import { NumberSearch } from '../application/number-search';
import { ProvisionNumber } from '../application/provision-number';
import {
  AvailableNumbersAnswer,
  availableNumbersQuery,
  numberField,
  numbersQuery,
  ProvisionAnswer,
  ProvisionBody,
  ProvisionOpen,
  ReleasedAnswer,
  TelephonyStatusAnswer,
  type AvailableNumbersQuery,
  type NumbersQuery,
} from './managed-telephony.dto';
import { NumberPage, NumberView, toNumberView } from './number.view';

@ApiTags('Phone numbers')
@ApiTenant()
@Controller('api/managed-telephony')
export class ManagedTelephonyController {
  constructor(
    private readonly provisioning: ProvisionNumber,
    private readonly releases: ReleaseNumber,
    private readonly numbers: NumberReader,
    private readonly search: NumberSearch,
    private readonly orphans: NumberOrphans,
    private readonly health: NumberProviderHealth,
    private readonly journal: JournalReader,
  ) {}

  @Post('provision')
  @HttpCode(201)
  @ApiOperation({
    summary: 'Buy a phone number',
    description:
      'Charges the price of now and buys, as one purchase that survives crashes. 202 while the outcome is open: ask ' +
      '`GET …/numbers/{id}`, or repeat the same key. When the purchase fails the charge has been refunded, and the ' +
      'problem says `refunded: true` and the `reason`; with `refunded: false` nothing had been charged. A repeat with ' +
      'the same key answers how the first purchase ended, with `Idempotent-Replayed: true`, and buys nothing; whether ' +
      'the number was given up since says `GET …/numbers/{id}`.',
  })
  @ApiIdempotencyKey('number-2026-000123')
  @ApiCreatedResponse({ type: ProvisionAnswer })
  @ApiAcceptedResponse({ type: ProvisionOpen, description: 'the outcome is open' })
  @Problems(402, 404, 422, 502)
  async provision(
    @Tenant() orgId: string,
    @CurrentCaller() caller: Caller,
    @IdempotencyKey() idempotencyKey: string,
    @Body() body: ProvisionBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProvisionAnswer | ProvisionOpen> {
    const request = { ...body, orgId, idempotencyKey, createdBy: nameOf(caller) };
    const { number, replayed } = orRefuse(await this.provisioning.provision(request));
    markReplayed(reply, replayed);
    const { id, status, phoneNumber, vapiPhoneId, costPence, chargeId } = number;
    if (status === 'failed') throw new RefusedError(refundedFailure(number));
    if (status === 'pending' || status === 'unknown') {
      void reply.status(202);
      return { id, status };
    }
    // What has become of the number since is not part of the purchase: a repeat gets the body of the first answer.
    return { id, phoneNumber, vapiPhoneId, status: 'active', costPence, transactionId: chargeId };
  }

  @Get('numbers')
  @ApiOperation({ summary: 'Your numbers, newest first', description: 'Failed and released ones too.' })
  @ApiOkResponse({ type: NumberPage })
  @Problems(404)
  async list(
    @Tenant() orgId: string,
    @Query({ schema: numbersQuery }) { status, limit, cursor }: NumbersQuery,
  ): Promise<NumberPage> {
    const after = decodeRowCursor(cursor);
    const found = await this.numbers.list(orgId, {
      status,
      limit: limit + 1,
      after: after && { createdAt: after.at, id: after.id },
    });
    if (found.length === 0) await this.mustExist(orgId);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      data: page.map(toNumberView),
      nextCursor: found.length > limit && last ? encodeRowCursor({ at: last.createdAt, id: last.id }) : null,
    };
  }

  @Get('numbers/:phoneNumber')
  @ApiOperation({ summary: 'One number', description: 'By its digits (+…), its id, or its id at Vapi.' })
  @ApiOkResponse({ type: NumberView })
  @Problems(404)
  async get(
    @Tenant() orgId: string,
    @Param('phoneNumber', { schema: numberField }) reference: string,
  ): Promise<NumberView> {
    return toNumberView(orRefuse((await this.numbers.find(orgId, reference)) ?? numberNotFound()));
  }

  @Delete('numbers/:phoneNumber')
  @ApiOperation({
    summary: 'Give a number up',
    description:
      'At once its calls are no longer yours; nothing is refunded. `releasing`: the provider has not confirmed yet, ' +
      'and is asked until it does. A repeat answers how far it has come. 409 while the number is still being bought.',
  })
  @ApiOkResponse({ type: ReleasedAnswer })
  @Problems(404, 409)
  async release(
    @Tenant() orgId: string,
    @Param('phoneNumber', { schema: numberField }) reference: string,
  ): Promise<ReleasedAnswer> {
    const { id, phoneNumber, status } = orRefuse(await this.releases.release(orgId, reference));
    return { id, phoneNumber, status };
  }

  @Get('available-numbers')
  @ApiOperation({ summary: 'Numbers for sale now', description: 'None of them is reserved by asking.' })
  @ApiOkResponse({ type: AvailableNumbersAnswer })
  @Problems(422, 502)
  async available(
    @Query({ schema: availableNumbersQuery }) { limit, ...criteria }: AvailableNumbersQuery,
  ): Promise<AvailableNumbersAnswer> {
    return { data: orRefuse(await this.search.available(criteria, limit)) };
  }

  @Get('status')
  @ApiOperation({
    summary: 'How many numbers stand how, and whether the provider answers',
    description: 'Operators without X-Org-Id see the counts of all organizations.',
  })
  @ApiOkResponse({ type: TelephonyStatusAnswer })
  @Problems(404)
  async status(@TenantIfKnown() orgId: string | null, @CurrentCaller() caller: Caller): Promise<TelephonyStatusAnswer> {
    const [counts, { detail, ...provider }] = await Promise.all([this.numbers.counts(orgId), this.health.check()]);
    if (caller.kind !== 'operator') return { counts, provider };
    if (orgId !== null && Object.values(counts).every((count) => count === 0)) await this.mustExist(orgId);
    const { orphans } = await this.orphans.report();
    return { counts, provider: { ...provider, detail }, orphans: orphans.length };
  }

  /** Asked only when nothing was found: whoever has a number exists. */
  private async mustExist(orgId: string): Promise<void> {
    orRefuse((await this.journal.wallet(orgId)) ?? organizationNotFound());
  }
}
