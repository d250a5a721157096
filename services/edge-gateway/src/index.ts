export { edgeGatewaySettings, type EdgeGatewaySettings } from './edge-gateway.settings.js';
export { startEdgeGateway } from './start-edge-gateway.js';
