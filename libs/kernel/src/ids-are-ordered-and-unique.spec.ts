import { newId } from './ids';

const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const many = (make: () => string): string[] => Array.from({ length: 50_000 }, make);

describe('an id', () => {
  it('is a UUID of version 7', () => {
    expect(many(() => newId()).find((id) => !VERSION_7.test(id))).toBeUndefined();
  });

  it('sorts after every earlier one of its process, also within one millisecond', () => {
    const at = Date.now() + 1_000;
    const ids = many(() => newId(at));
    expect(ids.findIndex((id, i) => i > 0 && id <= (ids[i - 1] as string))).toBe(-1);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('sorts after the one before even when the clock is set back', () => {
    const first = newId(Date.now() + 60_000);
    expect(newId(Date.now() - 3_600_000) > first).toBe(true);
  });

  it('begins with its time', () => {
    const at = Date.UTC(2199, 0, 1);
    expect(parseInt(newId(at).replaceAll('-', '').slice(0, 12), 16)).toBe(at);
  });
});
