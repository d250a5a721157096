import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Invitations that can be taken back, channels that can be removed, and gateways in the audit. */
export class ManageGateways1764000000060 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table registry.gateway_enrolment add column created_by int4, add column revoked_at timestamptz;
      grant update (revoked_at) on registry.gateway_enrolment to telltale_api;
      alter table registry.notification_channel add column removed_at timestamptz;
      grant select, insert on registry.audit_entry to telltale_ingest;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      revoke select, insert on registry.audit_entry from telltale_ingest;
      alter table registry.notification_channel drop column removed_at;
      alter table registry.gateway_enrolment drop column created_by, drop column revoked_at;
    `);
  }
}
