import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UnitOfWork } from '@holdfast/platform';
import { ARREARS } from './application/arrears.shelf';
import { CALL_TERMS } from './application/call-terms.shelf';
import { JournalReader } from './application/journal-reader.port';
import { KEYED_ENTRIES } from './application/keyed-entries.shelf';
import { Ledger } from './application/ledger';
import { refundedAlready } from './application/not-refunded';
import { REFUNDS } from './application/refunds.shelf';
import { Organization } from './application/organization.entity';
import { Organizations } from './application/organizations';
import { RateCardRecord } from './application/rate-card.entity';
import { WALLETS } from './application/wallets.shelf';
import { CreditsController } from './http/credits.controller';
import { DeductAssetController } from './http/deduct-asset.controller';
import { OrganizationsController } from './http/organizations.controller';
import { WalletController } from './http/wallet.controller';
import { ArrearsStore } from './infrastructure/arrears-store';
import { CallTermsStore } from './infrastructure/call-terms-store';
import { KeyedEntriesStore } from './infrastructure/keyed-entries-store';
import { RefundsStore } from './infrastructure/refunds-store';
import { SqlJournalReader } from './infrastructure/sql-journal-reader';
import { WalletMemory } from './infrastructure/wallet-memory';
import { WalletStore } from './infrastructure/wallet-store';

@Module({
  imports: [TypeOrmModule.forFeature([Organization, RateCardRecord])],
  controllers: [WalletController, DeductAssetController, OrganizationsController, CreditsController],
  providers: [Ledger, Organizations, { provide: JournalReader, useClass: SqlJournalReader }],
  exports: [Ledger, Organizations, JournalReader],
})
export class LedgerModule {
  constructor(work: UnitOfWork) {
    const memory = new WalletMemory();
    work.keep(WALLETS, new WalletStore(memory));
    work.keep(CALL_TERMS, new CallTermsStore(memory));
    work.keep(KEYED_ENTRIES, new KeyedEntriesStore());
    work.keep(REFUNDS, new RefundsStore());
    work.keep(ARREARS, new ArrearsStore(memory));
    work.refuseWhen('a_transaction_is_refunded_once', refundedAlready());
  }
}
