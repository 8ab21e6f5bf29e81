/** One call above a million dollars is a broken report, not a cost. */
const MAX_COST_USD = 1_000_000;
/** Vapi's own items carry up to 8 decimals; 12 keep every digit that means anything. */
const DECIMALS = 12;

/**
 * Vapi's cost in US dollars as a decimal string (`"0.2137"`), for margin reports only: it never prices anything, and a
 * string cannot be added to pence by mistake. Missing, negative or absurd is undefined.
 */
export function readUsdCost(value: unknown): string | undefined {
  if (typeof value !== 'number' || !(value >= 0 && value <= MAX_COST_USD)) return undefined;
  const written = String(value);
  return written.includes('e') ? value.toFixed(DECIMALS).replace(/\.?0+$/, '') : written;
}
