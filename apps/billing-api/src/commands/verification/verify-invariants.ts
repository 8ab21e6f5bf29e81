import { reconcile } from '../../operators/reconciliation-run';
import type { Finding } from './finding';

const SHOWN_VIOLATIONS = 3;

/** The book itself: the same checks as GET /api/admin/reconciliation. */
export async function verifyInvariants(databaseUrl: string, sweepSeconds: number): Promise<Finding[]> {
  const { checks } = await reconcile({ databaseUrl, sweepSeconds, timeScale: 1 });
  return checks.map(({ name, ok, violations, sample }) => ({
    what: name.replaceAll('_', ' '),
    problem: ok ? null : `${violations} violations, such as ${sample.slice(0, SHOWN_VIOLATIONS).join(', ')}`,
  }));
}
