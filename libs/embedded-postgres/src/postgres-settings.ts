export type PostgresSettings = Readonly<Record<string, string | number>>;

/** For one plant on a small machine: about 60 MB resident beside the shared buffers. */
export const LOW_MEMORY_SETTINGS: PostgresSettings = {
  shared_buffers: '32MB',
  max_connections: 60,
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  max_worker_processes: 2,
  max_logical_replication_workers: 0,
  max_parallel_workers: 0,
  max_parallel_workers_per_gather: 0,
  autovacuum_max_workers: 2,
  io_method: 'sync',
  max_wal_size: '512MB',
  jit: 'off',
};

/** For throw-away clusters of tests: nothing survives a crash. */
export const THROW_AWAY_SETTINGS: PostgresSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  max_connections: 200,
  shared_buffers: '128MB',
  io_method: 'sync',
  jit: 'off',
};
