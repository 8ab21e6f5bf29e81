import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The payload of a delivery is kept without its control URL. One that waits to be run again (the database was away, the engine
 * was killed) needs it all the same, or its call could not be ended: kept beside the payload until it has been acted on.
 */
export class ADeliveryThatWaitsKeepsTheWayToItsCall1700000000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table webhook_delivery_log add column control_url text;
      comment on column webhook_delivery_log.control_url is 'a secret, never shown; only until the delivery has been acted on';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations of money only go forward: restore a backup instead');
  }
}
