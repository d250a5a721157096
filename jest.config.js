import { readFileSync } from 'node:fs';
const swcrc = JSON.parse(readFileSync(new URL('./.swcrc', import.meta.url), 'utf8'));
delete swcrc.$schema;

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  roots: ['<rootDir>/services', '<rootDir>/libs', '<rootDir>/connectors', '<rootDir>/tools', '<rootDir>/e2e'],
  testMatch: ['**/*.spec.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.m?ts$': ['@swc/jest', { ...swcrc, swcrc: false, sourceMaps: 'inline' }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  globalSetup: '<rootDir>/tools/test-servers.mjs',
  globalTeardown: '<rootDir>/tools/stop-test-servers.mjs',
  reporters: ['default', '<rootDir>/tools/summary-reporter.cjs'],
  workerIdleMemoryLimit: '800MB',
  testTimeout: 30_000,
};
