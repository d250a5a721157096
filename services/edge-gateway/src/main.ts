import { runMain } from '@telltale/service-runtime';
import { edgeGatewaySettings, startEdgeGateway } from './index.js';

await runMain('edge-gateway', edgeGatewaySettings, startEdgeGateway);
