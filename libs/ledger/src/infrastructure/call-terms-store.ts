import type { Connection, ShelfStore } from '@holdfast/platform';
import type { CallTerms } from '../domain/call-terms';
import { FIND_CALL_TERMS, type CallTermsRow } from './call-terms.sql';

export class CallTermsStore implements ShelfStore<string, ReadonlyMap<string, CallTerms>> {
  async load(connection: Connection, orgIds: readonly string[]): Promise<ReadonlyMap<string, CallTerms>> {
    const rows = await connection.send(FIND_CALL_TERMS, [[...new Set(orgIds)]]);
    return new Map(rows.map((row) => [row.org_id, toTerms(row)]));
  }

  /** Only operators change terms, elsewhere. */
  store(): readonly Promise<unknown>[] {
    return [];
  }
}

function toTerms(row: CallTermsRow): CallTerms {
  return {
    rateCard: {
      id: row.rate_card_id,
      version: row.rate_card_version,
      pencePerMinuteE4: row.pence_per_minute_e4,
      incrementSeconds: row.increment_seconds,
      minimumSeconds: row.minimum_seconds,
      connectionFeePence: row.connection_fee_pence,
    },
    prepaidBilling: row.prepaid_billing,
    estimatedMinutes: row.estimated_minutes,
    sharing: row.sharing,
    lowBalancePence: row.low_balance_pence,
  };
}
