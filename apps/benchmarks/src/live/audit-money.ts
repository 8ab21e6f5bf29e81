import type { Pool } from 'pg';
import { BENCH_OPERATOR_KEY } from '../http/engine-program';

/** 56p for each minute begun: the bench's own arithmetic, so that a wrong price of the engine would show. */
const PENCE_PER_MINUTE = 56;
const SECONDS_PER_MINUTE = 60;

export interface MoneyAudit {
  /** What the reported talk costs, and what the engine made of it. */
  readonly expectedPence: number;
  readonly chargedPence: number;
  /** Cost of calls that their wallets could not pay: talk past the last paid second, in whole minutes. */
  readonly uncollectedPence: number;
  /** Rules of GET /api/admin/reconciliation that are broken. */
  readonly brokenRules: readonly string[];
}

/** @param reportedSeconds whole seconds of every report that was taken */
export async function auditMoney(admin: Pool, port: number, reportedSeconds: readonly number[]): Promise<MoneyAudit> {
  const { rows } = await admin.query<{ charged: string; uncollected: string }>(
    `select coalesce(sum(committed_pence), 0) as charged, coalesce(sum(uncollected_pence), 0) as uncollected
     from credit_reservations`,
  );
  const answer = await fetch(`http://127.0.0.1:${port}/api/admin/reconciliation`, {
    headers: { authorization: `Bearer ${BENCH_OPERATOR_KEY}` },
  });
  const { checks } = (await answer.json()) as { checks: { name: string; ok: boolean; violations: number }[] };
  const { charged, uncollected } = rows[0] as { charged: string; uncollected: string };
  return {
    expectedPence: reportedSeconds.reduce((sum, s) => sum + Math.ceil(s / SECONDS_PER_MINUTE) * PENCE_PER_MINUTE, 0),
    chargedPence: Number(charged),
    uncollectedPence: Number(uncollected),
    brokenRules: checks.filter(({ ok }) => !ok).map(({ name, violations }) => `${name} (${violations})`),
  };
}
