import { readInstant } from './instant.reader';

describe('an instant', () => {
  test.each<[unknown, string | undefined]>([
    [1789398135520, '2026-09-14T15:02:15.520Z'],
    ['2026-09-14T15:02:15.522Z', '2026-09-14T15:02:15.522Z'],
    ['2026-09-14T17:02:15+02:00', '2026-09-14T15:02:15.000Z'],
    ['2133-04-14T18:44:07.560Z', '2133-04-14T18:44:07.560Z'],
    [1789398135520000, undefined],
    ['2026-09-14T15:02:15', undefined],
    ['2026-13-14T15:02:15Z', undefined],
    ['2026-09-14', undefined],
    ['5', undefined],
    [1789398135, undefined],
    [-1, undefined],
    [Infinity, undefined],
    [NaN, undefined],
    [8.64e15, undefined],
    ['2100-01-01T00:00:00Z', '2100-01-01T00:00:00.000Z'], // a simulation that has run for a while
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
    [253_402_300_799, undefined], // the same in seconds
    [1789398135520_000, undefined], // microseconds
    [253_402_300_800_000, undefined],
    [null, undefined],
    [{}, undefined],
    [[1789398135520], undefined],
  ])('%p reads as %p', (given, expected) => {
    expect(readInstant(given)?.toISOString()).toBe(expected);
  });
});
