/** `1 234.56` for 123 456 pence. */
export function pounds(pence: number): string {
  const sign = pence < 0 ? '-' : '';
  const digits = String(Math.abs(pence)).padStart(3, '0');
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ' ');
  return `${sign}${whole}.${digits.slice(-2)}`;
}

/** As {@link pounds}, but a gain shows its plus and nothing shows as a dot. */
export function change(pence: number): string {
  if (pence === 0) return '·';
  return pence > 0 ? `+${pounds(pence)}` : pounds(pence);
}
