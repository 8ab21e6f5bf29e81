import { keyed, statement } from '@holdfast/platform';

export interface CallTermsRow {
  org_id: string;
  prepaid_billing: boolean;
  estimated_minutes: number;
  sharing: 'protect' | 'strict';
  low_balance_pence: number;
  rate_card_id: string;
  rate_card_version: number;
  pence_per_minute_e4: number;
  increment_seconds: number;
  minimum_seconds: number;
  connection_fee_pence: number;
}

export const FIND_CALL_TERMS = statement<CallTermsRow>(
  'find_call_terms',
  `select o.id as org_id, o.prepaid_billing, o.estimated_minutes, o.sharing, o.low_balance_pence,
     c.id as rate_card_id, c.version as rate_card_version, c.pence_per_minute_e4, c.increment_seconds,
     c.minimum_seconds, c.connection_fee_pence
   from unnest($1::uuid[]) as k (org_id)
   cross join ${keyed('organizations', 'o', 'o.id = k.org_id')}
   cross join ${keyed('rate_cards', 'c', 'c.org_id = o.id and c.id = o.rate_card_id')}`,
);
