import type { DeliveryRecord } from '../delivery/delivery-log';

export interface Percentiles {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  // Nearest rank: a figure that was really measured, not one between two.
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

export interface WebhookFigures {
  gateMs: Percentiles;
  othersMs: Percentiles;
  serverErrors: number;
  clientErrors: number;
  unreachable: number;
  lost: number;
}

/** Slow bodies are left out of the latencies: the simulator made them slow. */
export function webhookFigures(records: readonly DeliveryRecord[]): WebhookFigures {
  const latencies = (gate: boolean) =>
    records
      .filter(({ name, slow }) => (name === 'assistant-request') === gate && !slow)
      .flatMap(({ latencyMs }) => latencyMs ?? []);
  const count = (test: (record: DeliveryRecord) => boolean) => records.filter(test).length;
  return {
    gateMs: percentiles(latencies(true)),
    othersMs: percentiles(latencies(false)),
    serverErrors: count(({ status = 0 }) => status >= 500),
    clientErrors: count(({ status = 0, wrongSecret }) => status >= 400 && status < 500 && !wrongSecret),
    unreachable: count(({ result }) => result === 'unreachable'),
    lost: count(({ result, wrongSecret }) => result === 'lost' || (wrongSecret && result === 'rejected')),
  };
}
