/** A provider's answer that is asked for and does not come until it is let go. */
export class HeldAnswer {
  /** Resolves when somebody has asked. */
  readonly asked: Promise<void>;
  private readonly held: Promise<void>;
  private tellAsked: () => void = () => undefined;
  private release: () => void = () => undefined;

  constructor() {
    this.asked = new Promise((resolve) => (this.tellAsked = resolve));
    this.held = new Promise((resolve) => (this.release = resolve));
  }

  /** What `answer` gives, once it is let go. It is asked for at once: it may be old when it comes. */
  async of<T>(answer: T | Promise<T>): Promise<T> {
    const given = await answer;
    this.tellAsked();
    await this.held;
    return given;
  }

  letGo(): void {
    this.release();
  }
}
