/** 2^53 − 1: what JavaScript, JSON clients and int8 all represent exactly. */
export const MAX_EXACT = '9007199254740991';

/** What a journal row moved in the balance, from its type alone: the recorded balances are what is being checked. */
export const BALANCE_MOVED = `case
    when type in ('topup', 'bonus', 'refund') then amount_pence
    when type in ('reservation', 'reservation_release') then 0
    when type = 'adjustment' and balance_after_pence > balance_before_pence then amount_pence
    else -amount_pence end`;

/** What it moved in the hold; how much of a charge came from the hold only the row itself can tell. */
export const HELD_MOVED = `case type
    when 'reservation' then amount_pence
    when 'reservation_release' then -amount_pence
    when 'call_deduction' then held_after_pence - held_before_pence
    else 0 end`;
