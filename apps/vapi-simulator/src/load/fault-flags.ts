import type { DeliveryFaults } from '../delivery/delivery-faults';
import { number } from './flag-values';
import type { FlagValues } from './run-flags';

export function faultFlags(values: FlagValues): Partial<DeliveryFaults> {
  const given: Partial<DeliveryFaults> = {};
  const put = (key: keyof DeliveryFaults, value: string | undefined, name: string, most: number) => {
    if (value !== undefined) given[key] = number(value, name, 0, most);
  };
  put('lostPercent', values.lost, 'lost', 100);
  put('latePercent', values.late, 'late', 100);
  put('lateSeconds', values['late-seconds'], 'late-seconds', 86_400);
  put('duplicatedPercent', values.duplicated, 'duplicated', 100);
  put('reorderedPercent', values.reordered, 'reordered', 100);
  put('slowPercent', values.slow, 'slow', 100);
  put('slowMs', values['slow-ms'], 'slow-ms', 60_000);
  put('wrongSecretPercent', values['wrong-secret'], 'wrong-secret', 100);
  put('inflatedPercent', values.inflated, 'inflated', 100);
  put('controlFailingPercent', values['control-failing'], 'control-failing', 100);
  return given;
}
