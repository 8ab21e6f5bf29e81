import type { LoggerService } from '@nestjs/common';
import pino, { type Logger } from 'pino';

/** Nest's inventory of modules and routes: ninety lines that would push the operator key off the screen. */
const STARTUP_INVENTORY = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

/** Who reports why a start failed, with its stack: main says it in one line, or that it was interrupted. */
const STARTUP_FAULTS = new Set(['ExceptionHandler', 'NestApplication', 'TypeOrmModule']);

/** Nest's logger on pino: one JSON line per event, nothing of a request's body. */
export class EngineLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(level: string) {
    this.pino = pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime });
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(STARTUP_INVENTORY.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write(STARTUP_FAULTS.has(String(rest.at(-1))) ? 'debug' : 'error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest passes the context last, and a stack before it. */
  private write(
    level: 'info' | 'warn' | 'error' | 'fatal' | 'debug' | 'trace',
    message: unknown,
    rest: unknown[],
  ): void {
    const context = rest.at(-1);
    const stack = rest.length > 1 ? rest[0] : undefined;
    const text = message instanceof Error ? message.message : String(message);
    this.pino[level]({ context, stack: message instanceof Error ? message.stack : stack }, text);
  }
}
