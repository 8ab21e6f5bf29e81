export const REDACTED = '[redacted]';

/** Stands where something too deep, too long or stored elsewhere was left out; an operator sees that it was there. */
export function omitted(count: number, unit: 'items' | 'characters' | 'fields'): string {
  return `[omitted: ${count} ${unit}]`;
}
