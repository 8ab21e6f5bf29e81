import { cpus, loadavg, platform, release, totalmem } from 'node:os';

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
  /** Of the minute before the bench: above 0 means that others were at work. */
  readonly loadBefore: number;
}

export function describeMachine(postgres: string): Machine {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1_024 ** 3),
    system: `${platform()} ${release()}`,
    node: process.version,
    postgres,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

export function machineLine(m: Machine): string {
  return `${m.cores} × ${m.cpu}, ${m.memoryGb} GB, ${m.system}, Node ${m.node}, PostgreSQL ${m.postgres}, load before ${m.loadBefore}`;
}
