import { BoundedMemory } from './bounded-memory';

describe('a bounded memory', () => {
  it('keeps at least half of its bound, those used last, and never more than its bound', () => {
    const memory = new BoundedMemory<number, string>(100);
    for (let i = 0; i < 1_000; i++) memory.set(i, `value ${i}`);
    const kept = Array.from({ length: 1_000 }, (_, i) => i).filter((i) => memory.get(i) !== undefined);
    expect(kept.length).toBeLessThanOrEqual(100);
    for (let i = 950; i < 1_000; i++) expect(memory.get(i)).toBe(`value ${i}`);
  });

  it('keeps what is read again and again, however much comes and goes', () => {
    const memory = new BoundedMemory<string, number>(10);
    memory.set('hot', 1);
    for (let i = 0; i < 1_000; i++) {
      memory.set(`cold ${i}`, i);
      expect(memory.get('hot')).toBe(1);
    }
  });

  it('gives the newest value, and nothing of what was forgotten', () => {
    const memory = new BoundedMemory<string, number>(4);
    memory.set('a', 1);
    memory.set('b', 2);
    memory.set('c', 3); // a and b grow old
    memory.set('a', 4);
    expect(memory.get('a')).toBe(4);
    memory.forget('a');
    memory.forget('b');
    expect([memory.get('a'), memory.get('b'), memory.get('c')]).toEqual([undefined, undefined, 3]);
  });
});
