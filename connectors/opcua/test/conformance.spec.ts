import { describe, test } from '@jest/globals';
import { describeConnector, type ConformanceDevice } from '@telltale/connector-sdk/testing';
import opcUaConnector from '../src/index.js';
import { SECRETS, settingsFor, thumbprintOf } from './endpoint.js';
import { RestartableDevice, valueAddress } from './simulated-device.js';

const valid = { endpointUrl: 'opc.tcp://localhost:4840', identity: { kind: 'anonymous' } };

async function startDevice(): Promise<ConformanceDevice> {
  const device = await RestartableDevice.create({ values: 5 });
  const settings = settingsFor(device, { trustedThumbprints: [await thumbprintOf(device)] });
  return {
    settings,
    secrets: SECRETS,
    addresses: [valueAddress(0), valueAddress(1), valueAddress(2)],
    missingAddress: valueAddress(99),
    set: (index, value) => device.device?.set(index, value),
    setNotANumber: (index) => device.device?.set(index, Number.NaN),
    stop: () => device.stop(),
    start: () => device.start(),
    openConnections: () => device.device?.openConnections() ?? 0,
    dispose: () => device.dispose(),
  };
}

describeConnector(
  {
    name: 'OPC UA connector',
    factory: opcUaConnector,
    invalidSettings: [
      { name: 'nothing', raw: undefined },
      { name: 'no endpoint', raw: { identity: { kind: 'anonymous' } } },
      { name: 'http endpoint', raw: { ...valid, endpointUrl: 'http://localhost:4840' } },
      { name: 'no identity', raw: { endpointUrl: valid.endpointUrl } },
      { name: 'unknown policy', raw: { ...valid, securityPolicy: 'Basic128Rsa15' } },
      { name: 'policy without mode', raw: { ...valid, securityPolicy: 'None' } },
      { name: 'password in the settings', raw: { ...valid, identity: { kind: 'user', user: 'a', password: 'b' } } },
      { name: 'thumbprint of wrong length', raw: { ...valid, trustedThumbprints: ['abc'] } },
      { name: 'misspelt field', raw: { ...valid, publishInterval: 100 } },
    ],
    invalidAddresses: [
      { name: 'nothing', raw: {} },
      { name: 'no identifier', raw: { nodeId: 'nsu=urn:x' } },
      { name: 'numeric identifier with letters', raw: { nodeId: 'ns=2;i=abc' } },
      { name: 'broken guid', raw: { nodeId: 'ns=2;g=1234' } },
      { name: 'index range of several', raw: { nodeId: 'ns=2;s=a', indexRange: '1:3' } },
      { name: 'negative deadband', raw: { nodeId: 'ns=2;s=a', deadband: { kind: 'absolute', value: -1 } } },
    ],
    deadSettings: { ...valid, endpointUrl: 'opc.tcp://localhost:1' },
    startDevice,
  },
  { describe, test },
);
