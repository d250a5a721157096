import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tells listeners that something of a tenant changed. The payload is the tenant's id: whoever may connect may listen. */
export class AnnounceChanges1764000000006 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create function registry.announce_change() returns trigger language plpgsql set search_path = '' as $$
      begin
        perform pg_catalog.pg_notify(tg_argv[0], new.tenant_id::text);
        return null;
      end $$`);
    for (const [table, channel] of ANNOUNCED) {
      await queryRunner.query(`
        create trigger announce_change after insert or update on registry.${table}
          for each row execute function registry.announce_change('${channel}')`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop function registry.announce_change cascade');
  }
}

const ANNOUNCED = [
  ['detection', 'detections'],
  ['alarm', 'alarms'],
  ['alarm_transition', 'alarms'],
  ['shift_yield', 'yields'],
  ['gateway', 'gateways'],
] as const;
