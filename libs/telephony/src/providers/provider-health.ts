import { performance } from 'node:perf_hooks';
import type { ProviderHealth, ProviderKind } from '../application/number-provider.port';

/** Runs a check and says how long it took. The check itself must not throw for what the provider did. */
export async function measureHealth(
  provider: ProviderKind,
  check: () => Promise<{ ok: boolean; detail: string }>,
): Promise<ProviderHealth> {
  const started = performance.now();
  const { ok, detail } = await check();
  return { provider, ok, detail, latencyMs: Math.round(performance.now() - started) };
}
