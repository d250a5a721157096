export * from './series-contract.js';
