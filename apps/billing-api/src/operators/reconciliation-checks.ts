import { CALL_STATE_CHECKS, NUMBER_CHECKS } from '@holdfast/telephony';
import { CALL_CHECKS } from './reconciliation-calls.sql';
import { HOLD_CHECKS } from './reconciliation-holds.sql';
import { JOURNAL_CHECKS } from './reconciliation-journal.sql';
import { TENANT_CHECKS } from './reconciliation-tenants.sql';
import { WALLET_CHECKS } from './reconciliation-wallets.sql';
import type { InvariantCheck } from './reconciliation-invariant';

/** What the reconciliation route and the verification of a deployment look at. */
export const INVARIANT_CHECKS: readonly InvariantCheck[] = [
  ...WALLET_CHECKS,
  ...JOURNAL_CHECKS,
  ...HOLD_CHECKS,
  ...CALL_CHECKS,
  ...TENANT_CHECKS,
  ...CALL_STATE_CHECKS,
  ...NUMBER_CHECKS,
];
