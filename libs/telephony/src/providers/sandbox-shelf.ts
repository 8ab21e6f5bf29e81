/** A number that the sandbox has sold. */
export interface SandboxNumber {
  intentId: string;
  phoneNumber: string;
  providerRef: string;
  /** Null until registered. */
  vapiPhoneId: string | null;
  /** Decides how the number behaves; empty when none was asked for. */
  areaCode: string;
  /** How often it has been looked at, and how often it was tried to register it. */
  looks: number;
  registerTries: number;
}

/**
 * What the sandbox remembers: the "provider's database". A provider does not forget when its customer dies, so crash
 * tests need one that lives on the disk, shared by all processes (`FileSandboxShelf`).
 */
export interface SandboxShelf {
  /** Takes a number off the market, for one caller of all; false when it is already taken. */
  claim(phoneNumber: string): Promise<boolean>;
  isClaimed(phoneNumber: string): Promise<boolean>;
  /** Stores what an intent owns. Durable when it resolves. */
  put(number: SandboxNumber): Promise<void>;
  get(intentId: string): Promise<SandboxNumber | null>;
  /** Forgets an intent's number and gives up its claim. Repeats are harmless. */
  remove(intentId: string): Promise<void>;
  all(): Promise<SandboxNumber[]>;
}

/** Forgets everything when the process ends. For tests that do not crash. */
export class MemorySandboxShelf implements SandboxShelf {
  private readonly claims = new Set<string>();
  private readonly numbers = new Map<string, SandboxNumber>();

  async claim(phoneNumber: string): Promise<boolean> {
    if (this.claims.has(phoneNumber)) return false;
    this.claims.add(phoneNumber);
    return true;
  }

  async isClaimed(phoneNumber: string): Promise<boolean> {
    return this.claims.has(phoneNumber);
  }

  async put(number: SandboxNumber): Promise<void> {
    this.numbers.set(number.intentId, { ...number });
  }

  async get(intentId: string): Promise<SandboxNumber | null> {
    const number = this.numbers.get(intentId);
    return number ? { ...number } : null;
  }

  async remove(intentId: string): Promise<void> {
    this.claims.delete(this.numbers.get(intentId)?.phoneNumber ?? '');
    this.numbers.delete(intentId);
  }

  async all(): Promise<SandboxNumber[]> {
    return [...this.numbers.values()].map((each) => ({ ...each }));
  }
}
