/** What operators' hand-written SQL relies on, and what keeps the book whole when the engine does not. */
export const EXPECTED_TABLES = [
  'organizations',
  'wallets',
  'rate_cards',
  'credit_transactions',
  'credit_reservations',
  'arrears',
  'calls',
  'call_events',
  'phone_numbers',
  'phone_number_prices',
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
  { name: 'a_vapi_number_has_one_tenant', unique: true },
  { name: 'a_number_is_bought_once_per_key', unique: true },
  { name: 'a_charge_buys_one_number', unique: true },
  { name: 'a_refund_ends_one_purchase', unique: true },
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
  'arrears_of_a_call_arise_once',
  'call_state_is_known',
  'a_settled_call_needs_no_decision',
  'phone_number_status_is_known',
  'phone_numbers_charge_id_fkey',
  'phone_numbers_refund_id_fkey',
  'a_purchase_names_its_charge',
  'a_purchase_names_its_request',
  'a_price_is_a_positive_whole_number',
  'a_failed_purchase_is_refunded_and_no_other',
  'an_active_purchase_can_be_called',
  'an_open_number_has_a_next_step',
  'number_price_is_in_range',
  'delivery_status_is_known',
] as const;

export const APPEND_ONLY_TABLES = ['credit_transactions', 'rate_cards'] as const;
