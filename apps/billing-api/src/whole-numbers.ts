import type { OpenAPIObject } from '@nestjs/swagger';

/** Amounts are whole pence; only a rate, pencePerMinute, has decimals. */
const AMOUNT = /pence$/i;
/** Seconds that are granted or billed come in whole increments; those that are talked or left have fractions. */
const WHOLE = new Set(
  (
    'grantedSeconds payableSeconds billedSeconds incrementSeconds minimumSeconds estimatedMinutes ' +
    'activeReservations attempts version violations orphans latencyMs ' +
    'expired renewed committed kept pending active failed unknown releasing released'
  ).split(' '),
);

/** Swagger takes every number for one with decimals; what is whole by its name is said here, once for all classes. */
export function withWholeNumbers(document: OpenAPIObject): OpenAPIObject {
  for (const schema of Object.values(document.components?.schemas ?? {})) {
    const properties = 'properties' in schema ? Object.entries(schema.properties ?? {}) : [];
    for (const [name, property] of properties) {
      const isNumber = 'type' in property && property.type === 'number';
      if (isNumber && (AMOUNT.test(name) || WHOLE.has(name))) property.type = 'integer';
    }
  }
  return document;
}
