import { guarded, lookedUp, statement } from '@holdfast/platform';

export interface ArrearsRow {
  id: string;
  org_id: string;
  call_id: string;
  vapi_call_id: string | null;
  amount_pence: number;
  collected_pence: number;
  created_at: Date;
}

/** Oldest first: the order in which they are collected. */
export const FIND_OPEN_ARREARS = statement<ArrearsRow>(
  'find_open_arrears',
  `select id, org_id, call_id, vapi_call_id, amount_pence, collected_pence, created_at from arrears
   where org_id = any($1::uuid[]) and collected_pence < amount_pence
   order by created_at, id`,
);

export const INSERT_ARREARS = statement<never>(
  'insert_arrears',
  `insert into arrears (id, org_id, call_id, vapi_call_id, amount_pence, collected_pence, created_at)
   select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::timestamptz[])`,
);

/** Guarded by what had been collected before. */
export const COLLECT_ARREARS = guarded(
  'collect_arrears',
  `update arrears a set collected_pence = v.collected_pence
   from unnest($2::uuid[], $3::bigint[], $4::bigint[]) as v (id, collected_before, collected_pence)
   where ${lookedUp('a.id', 'v.id')} and a.collected_pence = v.collected_before`,
);
