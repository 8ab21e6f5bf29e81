import type { Pool } from 'pg';
import { figuresOf, type LatencyFigures } from './latencies';
import { LOOKAHEAD_SECONDS, SLICE_SECONDS } from './call-population';

/** Younger than this, a call is looked at because it was answered, not because its hold nears its end. */
const FIRST_LOOK_SECONDS = 30;
const MS = 1_000;

/**
 * How late the engine's own timer decided, from the story of the calls. Holds are whole slices and the timer looks 65 s
 * before the end of each, so what the decision found remaining says when it should have been; the first look is due when
 * the call is answered. `at` is the database's clock inside the deciding transaction.
 */
export async function timerLateness(admin: Pool, sinceMs: number): Promise<LatencyFigures> {
  const { rows } = await admin.query<{ late: string }>(
    `select case when e.at - c.started_at < $2 * interval '1 second'
         then extract(epoch from e.at - c.started_at)
         else mod(2 * $4::integer + $3::integer + 1 - (e.detail->>'remainingSeconds')::numeric, $4) - 1 end as late
     from call_events e join calls c on c.call_id = e.call_id
     where e.kind = 'checked' and e.detail->>'by' = 'timer' and e.at >= $1 and c.started_at <= e.at
       and not (e.detail->>'lastSlice')::boolean`,
    [new Date(sinceMs).toISOString(), FIRST_LOOK_SECONDS, LOOKAHEAD_SECONDS, SLICE_SECONDS],
  );
  return figuresOf(rows.map(({ late }) => Number(late) * MS));
}
