export * from './ledger.module';
export { JournalReader, type WalletView } from './application/journal-reader.port';
export { Organizations, type OrganizationView } from './application/organizations';
export { toTransactionView, TransactionView } from './http/transaction.view';
export { CREDIT_LISTENER, type CreditListener } from './application/credit-listener.port';
export { Ledger } from './application/ledger';
export { addCredits, type AddCredits, type CreditsAdded } from './application/add-credits';
export { deductAsset, type AssetDeducted, type DeductAsset } from './application/deduct-asset';
export { ARREARS } from './application/arrears.shelf';
export { CALL_TERMS } from './application/call-terms.shelf';
export { OPEN_ORDERS, type OpenOrders } from './application/open-orders.port';
export { REFUNDS } from './application/refunds.shelf';
export { WALLETS } from './application/wallets.shelf';
export { organizationNotFound } from './application/organization-not-found';
export { Arrears } from './domain/arrears';
export { SHARING_POLICIES, type CallTerms, type SharingPolicy } from './domain/call-terms';
export {
  ASSET_TYPES,
  CREDIT_TYPES,
  HOLD_TYPES,
  TRANSACTION_TYPES,
  type AssetType,
  type CreditType,
  type JournalEntry,
  type TransactionType,
} from './domain/journal-entry';
export { fingerprintOf } from './domain/idempotency';
export type { Wallet } from './domain/wallet';
