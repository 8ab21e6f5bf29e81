import { Readable } from 'node:stream';
import { Controller, Get, Header, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiProperty, ApiTags } from '@nestjs/swagger';
import {
  ApiTenant,
  cursorField,
  decodeCursor,
  encodeCursor,
  idField,
  orRefuse,
  pageField,
  Problems,
  Tenant,
  timeField,
} from '@holdfast/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { JournalReader, type JournalFilter } from '../application/journal-reader.port';
import { organizationNotFound } from '../application/organization-not-found';
import { TRANSACTION_TYPES } from '../domain/journal-entry';
import { toTransactionView, TransactionView } from './transaction.view';
import { CSV_HEADER, toCsvLine } from './transactions.csv';
import { wantsCsv } from './wants-csv';

/** Rows fetched at a time while streaming a whole history. */
const CSV_CHUNK = 1_000;

const TransactionQuery = z.object({
  limit: pageField,
  cursor: cursorField,
  type: z.enum(TRANSACTION_TYPES).optional(),
  callId: idField.optional(),
  from: timeField.optional().meta({ description: 'from this time on, such as 2026-11-01T00:00:00Z' }),
  to: timeField.optional().meta({ description: 'before this time: the next `from`' }),
  includeHolds: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
});
type TransactionQuery = z.infer<typeof TransactionQuery>;

class WalletAnswer {
  @ApiProperty({ format: 'uuid' }) orgId: string;
  @ApiProperty({ example: 'GBP' }) currency: string;
  @ApiProperty({ example: 10_000 }) balancePence: number;
  @ApiProperty({ example: 280 }) heldPence: number;
  @ApiProperty({ example: 9_720, description: 'balance − held: what may still be used' }) effectiveBalancePence: number;
  @ApiProperty({ example: 0, description: 'how far calls may take the wallet below zero' }) debtLimitPence: number;
  @ApiProperty({ example: 0, description: 'owed for calls; taken from the next credit' }) arrearsPence: number;
  @ApiProperty({ example: 1_000 }) lowBalancePence: number;
  @ApiProperty({ example: false }) isLowBalance: boolean;
  @ApiProperty({ example: 1 }) activeReservations: number;
}

class TransactionPage {
  @ApiProperty({ type: [TransactionView] }) data: TransactionView[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}

@ApiTags('Billing')
@ApiTenant()
@Controller('api/billing/wallet')
export class WalletController {
  constructor(private readonly journal: JournalReader) {}

  @Get()
  @ApiOperation({ summary: 'The wallet now', description: 'Balance, what is held for running calls, what is owed.' })
  @ApiOkResponse({ type: WalletAnswer })
  @Problems(404)
  async wallet(@Tenant() orgId: string): Promise<WalletAnswer> {
    return orRefuse((await this.journal.wallet(orgId)) ?? organizationNotFound());
  }

  @Get('transactions')
  @Header('vary', 'accept')
  @ApiOperation({
    summary: 'The wallet’s history, newest first',
    description: 'With `Accept: text/csv` the whole history is streamed. Holds are left out unless asked for.',
  })
  @ApiOkResponse({ type: TransactionPage })
  @ApiProduces('application/json', 'text/csv')
  @Problems(404)
  async transactions(
    @Tenant() orgId: string,
    @Query({ schema: TransactionQuery }) query: TransactionQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TransactionPage | Readable> {
    orRefuse((await this.journal.wallet(orgId)) ?? organizationNotFound());
    const { cursor, limit, ...filter } = query;
    const beforeSeq = decodeCursor(cursor, ([seq]) => Number.isSafeInteger(seq))?.[0] as number | undefined;
    if (wantsCsv(request.headers.accept)) {
      void reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="transactions.csv"');
      return Readable.from(this.csv(orgId, { ...filter, limit: CSV_CHUNK, beforeSeq }));
    }
    const entries = await this.journal.entries(orgId, { ...filter, limit: limit + 1, beforeSeq });
    const page = entries.slice(0, limit);
    const last = page.at(-1);
    return {
      data: page.map(toTransactionView),
      nextCursor: entries.length > limit && last ? encodeCursor([last.seq]) : null,
    };
  }

  private async *csv(orgId: string, filter: JournalFilter): AsyncGenerator<string> {
    yield CSV_HEADER;
    let beforeSeq = filter.beforeSeq;
    for (;;) {
      const entries = await this.journal.entries(orgId, { ...filter, beforeSeq });
      yield entries.map((entry) => toCsvLine(toTransactionView(entry))).join('');
      if (entries.length < filter.limit) return;
      beforeSeq = entries.at(-1)?.seq;
    }
  }
}
