export { standaloneSettings, type StandaloneSettings } from './standalone.settings.js';
export { startStandalone } from './start-standalone.js';
export { OPCUA_PASSWORD_SECRET, seedPlant, type PlantConnections, type SeededPlant } from './seed-plant.js';
export { demoAccounts, seedPeople } from './demo-people.js';
