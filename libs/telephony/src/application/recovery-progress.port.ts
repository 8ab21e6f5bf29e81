/** Up to where the provider's list of finished calls has been read; shared by all replicas. */
export abstract class RecoveryProgress {
  /** @returns from where to read on, or null while another replica is reading. `start`: where a new engine begins. */
  abstract begin(leaseMs: number, start: Date): Promise<Date | null>;
  abstract end(readUntil: Date): Promise<void>;
}
