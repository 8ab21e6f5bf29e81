import { wantsCsv } from './wants-csv';

it.each([
  ['text/csv', true],
  ['TEXT/CSV', true],
  ['text/csv; charset=utf-8', true],
  ['application/json;q=0.5, text/csv', true],
  ['text/csv, application/json', true],
  ['text/csv;q=0.5, */*;q=0.1', true],
  ['text/csv;q=0', false],
  ['text/csv; q=0.000', false],
  ['application/json, text/csv;q=0.1', false],
  ['text/csv;q=x', false],
  ['text/csv-schema', false],
  ['x-text/csv', false],
  ['*/*', false],
  ['', false],
  [undefined, false],
])('who sends Accept: %s gets CSV: %s', (accept, expected) => {
  expect(wantsCsv(accept)).toBe(expected);
});
