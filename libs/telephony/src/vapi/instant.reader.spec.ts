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
    ['9999-12-31T23:59:59Z', undefined],
    [null, undefined],
    [{}, undefined],
    [[1789398135520], undefined],
  ])('%p reads as %p', (given, expected) => {
    expect(readInstant(given)?.toISOString()).toBe(expected);
  });
});
