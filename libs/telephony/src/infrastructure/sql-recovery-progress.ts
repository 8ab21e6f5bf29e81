import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RecoveryProgress } from '../application/recovery-progress.port';

const NAME = 'finished-calls';

@Injectable()
export class SqlRecoveryProgress extends RecoveryProgress {
  constructor(private readonly database: DataSource) {
    super();
  }

  /** Leases run on the database's real clock: they are about processes, not about calls. */
  async begin(leaseMs: number, start: Date): Promise<Date | null> {
    const rows: { read_until: Date }[] = await this.database.query(
      `insert into recovery_progress as p (name, read_until, leased_until)
       values ($1, $2, clock_timestamp() + make_interval(secs => $3))
       on conflict (name) do update set leased_until = excluded.leased_until where p.leased_until <= clock_timestamp()
       returning read_until`,
      [NAME, start, leaseMs / 1_000],
    );
    return rows[0]?.read_until ?? null;
  }

  async end(readUntil: Date): Promise<void> {
    await this.database.query(
      `update recovery_progress set read_until = greatest(read_until, $2), leased_until = clock_timestamp() where name = $1`,
      [NAME, readUntil],
    );
  }
}
