import type { ConnectorFactory } from '@telltale/connector-sdk';
import { silenceDriver } from './driver-log.js';
import { opcUaAddressSchema, type OpcUaAddress } from './opcua.address.js';
import { OpcUaConnector } from './opcua.connector.js';
import { invalid } from './opcua.errors.js';
import { opcUaSettingsSchema, type OpcUaSettings } from './opcua.settings.js';

silenceDriver();

/** OPC UA client: subscribe, browse, read history. */
export const opcUaConnector: ConnectorFactory<OpcUaSettings, OpcUaAddress> = {
  parseSettings(raw) {
    const parsed = opcUaSettingsSchema.safeParse(raw);
    if (parsed.success) return parsed.data;
    throw invalid('opcua.settings-invalid', 'OPC UA settings', parsed.error);
  },
  parseAddress(raw) {
    const parsed = opcUaAddressSchema.safeParse(raw);
    if (parsed.success) return parsed.data;
    throw invalid('opcua.address-invalid', 'OPC UA address', parsed.error);
  },
  create: (settings, host) => new OpcUaConnector(settings, host),
};

export default opcUaConnector;
export { OpcUaConnector } from './opcua.connector.js';
export { opcUaAddressSchema, type OpcUaAddress } from './opcua.address.js';
export { opcUaSettingsSchema, type OpcUaSettings } from './opcua.settings.js';
