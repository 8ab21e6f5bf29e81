/** What operators' hand-written SQL relies on, and what keeps the book whole when the engine does not. */
export const EXPECTED_TABLES = [
  'organizations',
  'wallets',
  'rate_cards',
  'credit_transactions',
  'credit_reservations',
  'arrears',
  'webhook_delivery_log',
] as const;

export const EXPECTED_RESERVATION_COLUMNS = [
  'call_id',
  'reserved_pence',
  'committed_pence',
  'released_pence',
  'status',
  'estimated_minutes',
  'expires_at',
] as const;

export const EXPECTED_INDEXES = [
  { name: 'idx_credit_txn_idempotency', unique: true },
  { name: 'idx_credit_res_org_status', unique: false },
  { name: 'idx_credit_res_expires', unique: false },
  { name: 'a_call_is_charged_once', unique: true },
  { name: 'a_transaction_is_refunded_once', unique: true },
] as const;

export const EXPECTED_CONSTRAINTS = [
  'credit_transactions_type_check',
  'credit_res_call_unique',
  'one_history_per_wallet',
  'available_credit_is_never_below_the_limit',
  'held_is_never_negative',
  'each_type_moves_what_its_name_says',
  'every_movement_names_its_counter_account',
  'a_hold_is_closed_exactly_once',
  'arrears_are_collected_up_to_their_amount',
] as const;

export const APPEND_ONLY_TABLES = ['credit_transactions', 'rate_cards'] as const;
