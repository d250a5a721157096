import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A tag can be retired; ingest says how old the oldest batch in the queue is, for "why is there no data?". */
export class OnboardTags1764000000020 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table registry.tag add column retired_at timestamptz');
    await queryRunner.query('alter table registry.gateway add column queue_oldest_at timestamptz');
    await queryRunner.query('grant update (queue_oldest_at) on registry.gateway to telltale_ingest');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table registry.gateway drop column queue_oldest_at');
    await queryRunner.query('alter table registry.tag drop column retired_at');
  }
}
