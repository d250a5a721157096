import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An alarm goes on with the detection in which its leak came back; alarms see how far leak detection has looked. */
export class ProveRepairs1764000000007 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`alter table registry.alarm add column earlier_detection_ids int4[] not null default '{}'`);
    await queryRunner.query(
      'grant select (tenant_id, insight, subject_id, processed_through) on registry.insight_checkpoint to telltale_alarms',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('revoke select on registry.insight_checkpoint from telltale_alarms');
    await queryRunner.query(
      'revoke select (tenant_id, insight, subject_id, processed_through) on registry.insight_checkpoint from telltale_alarms',
    );
    await queryRunner.query('alter table registry.alarm drop column earlier_detection_ids');
  }
}
