/**
 * A map that forgets what has not been used for longest, roughly: two generations, of which the older is dropped whole
 * when the younger is full. Reading or writing an entry makes it young again. Constant time, no bookkeeping per entry.
 */
export class BoundedMemory<Key, Value> {
  private young = new Map<Key, Value>();
  private old = new Map<Key, Value>();

  /** @param most entries it may hold. At least half as many of the last used are never forgotten. */
  constructor(private readonly most: number) {}

  get(key: Key): Value | undefined {
    const young = this.young.get(key);
    if (young !== undefined) return young;
    const old = this.old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    if (this.young.size * 2 >= this.most && !this.young.has(key)) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
  }

  forget(key: Key): void {
    this.young.delete(key);
    this.old.delete(key);
  }
}
