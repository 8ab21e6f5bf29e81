import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { LedgerModule } from '@holdfast/ledger';
import { Settings, UnitOfWork } from '@holdfast/platform';
import { NumberDirectory } from './application/number-directory.port';
import { EndNumber } from './application/number-end';
import { NumberProviderHealth } from './application/number-health';
import { OrphanBook } from './application/number-orphan-book.port';
import { NumberOrphans } from './application/number-orphans';
import type { NumberProvider } from './application/number-provider.port';
import { NUMBER_PROVIDER } from './application/number-provider.token';
import { NumberQueue } from './application/number-queue.port';
import { NumberReader } from './application/number-reader.port';
import { NumberRegistry } from './application/number-registry.port';
import { ReleaseNumber } from './application/number-release';
import { NumberResolver } from './application/number-resolver';
import { NumberSaga } from './application/number-saga';
import { NumberSchedule } from './application/number-schedule';
import { NumberSearch } from './application/number-search';
import { NUMBERS } from './application/numbers.shelf';
import { PriceList } from './application/price-list.port';
import { ProvisionNumber } from './application/provision-number';
import { ManagedTelephonyController } from './http/managed-telephony.controller';
import { NumberEndController } from './http/number-end.controller';
import { NumberOrphansController } from './http/number-orphans.controller';
import { NumberRegistryController } from './http/number-registry.controller';
import { PriceListController } from './http/price-list.controller';
import { NumberStore } from './infrastructure/number-store';
import { SqlNumberDirectory } from './infrastructure/sql-number-directory';
import { SqlNumberOrphanBook } from './infrastructure/sql-number-orphan-book';
import { SqlNumberQueue } from './infrastructure/sql-number-queue';
import { SqlNumberReader } from './infrastructure/sql-number-reader';
import { SqlNumberRegistry } from './infrastructure/sql-number-registry';
import { SqlPriceList } from './infrastructure/sql-price-list';
import { createNumberProvider } from './providers/create-number-provider';
import { FileSandboxShelf } from './providers/sandbox-file-shelf';

/** Where calls of bought numbers are announced. */
const WEBHOOK_PATH = '/api/vapi/webhook';

const numberProvider = {
  provide: NUMBER_PROVIDER,
  inject: [Settings],
  useFactory: (settings: Settings): NumberProvider => {
    const vapi = {
      apiKey: settings.vapi.apiKey ?? '',
      baseUrl: settings.vapi.baseUrl ?? undefined,
      webhook:
        settings.publicUrl === null
          ? undefined
          : { url: new URL(WEBHOOK_PATH, settings.publicUrl).href, secret: settings.vapi.webhookSecret },
    };
    switch (settings.telephonyProvider) {
      case 'vapi':
        return createNumberProvider('vapi', vapi);
      case 'twilio':
        return createNumberProvider('twilio', { twilio: settings.twilio ?? { accountSid: '', authToken: '' }, vapi });
      case 'sandbox':
        return createNumberProvider('sandbox', {
          shelf: new FileSandboxShelf(join(settings.sandboxFolder, 'sandbox-numbers')),
        });
    }
  },
};

/** Numbers: bought, registered, released, and found by the webhooks of their calls. */
@Module({
  imports: [LedgerModule],
  controllers: [
    ManagedTelephonyController,
    NumberRegistryController,
    NumberOrphansController,
    NumberEndController,
    PriceListController,
  ],
  providers: [
    numberProvider,
    ProvisionNumber,
    ReleaseNumber,
    EndNumber,
    NumberSearch,
    NumberSaga,
    NumberResolver,
    NumberOrphans,
    NumberSchedule,
    NumberProviderHealth,
    { provide: NumberDirectory, useClass: SqlNumberDirectory },
    { provide: NumberReader, useClass: SqlNumberReader },
    { provide: NumberQueue, useClass: SqlNumberQueue },
    { provide: NumberRegistry, useClass: SqlNumberRegistry },
    { provide: OrphanBook, useClass: SqlNumberOrphanBook },
    { provide: PriceList, useClass: SqlPriceList },
  ],
  exports: [NumberDirectory, NumberSchedule],
})
export class NumbersModule {
  constructor(work: UnitOfWork) {
    work.keep(NUMBERS, new NumberStore());
  }
}
