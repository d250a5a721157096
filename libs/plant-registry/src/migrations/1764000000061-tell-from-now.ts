import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when a channel is told; its newest notifications are found without looking at all of them. */
export class TellFromNow1764000000061 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // Those that are there already miss nothing.
    await queryRunner.query(`
      alter table registry.notification_channel add column enabled_since timestamptz not null default 'epoch';
      alter table registry.notification_channel alter column enabled_since set default now();
      create index notification_channel_newest on registry.notification (tenant_id, channel_id, notification_id);
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      drop index registry.notification_channel_newest;
      alter table registry.notification_channel drop column enabled_since;
    `);
  }
}
