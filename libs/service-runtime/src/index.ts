export * from './running-service.js';
