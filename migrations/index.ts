import { Organizations1700000000001 } from './1700000000001-organizations';
import { Journal1700000000002 } from './1700000000002-journal';
import { Reservations1700000000003 } from './1700000000003-reservations';
import { ApiKeys1700000000004 } from './1700000000004-api-keys';

/** In order. Listed, not globbed: globs resolve differently in source, build and tests. */
export const MIGRATIONS = [
  Organizations1700000000001,
  Journal1700000000002,
  Reservations1700000000003,
  ApiKeys1700000000004,
] as const;
