import type { ConnectorFactory } from '@telltale/connector-sdk';
import { modbusAddressSchema, type ModbusAddress } from './modbus.address.js';
import { ModbusConnector } from './modbus.connector.js';
import { invalid } from './modbus.errors.js';
import { modbusSettingsSchema, type ModbusSettings } from './modbus.settings.js';

/** Modbus client: poll. It cannot write. */
export const modbusConnector: ConnectorFactory<ModbusSettings, ModbusAddress> = {
  parseSettings(raw) {
    const parsed = modbusSettingsSchema.safeParse(raw);
    if (parsed.success) return parsed.data;
    throw invalid('modbus.settings-invalid', 'Modbus settings', parsed.error);
  },
  parseAddress(raw) {
    const parsed = modbusAddressSchema.safeParse(raw);
    if (parsed.success) return parsed.data;
    throw invalid('modbus.address-invalid', 'Modbus address', parsed.error);
  },
  create: (settings, host) => new ModbusConnector(settings, host),
};

export default modbusConnector;
export { ModbusConnector } from './modbus.connector.js';
export { modbusAddressSchema, type ModbusAddress } from './modbus.address.js';
export { modbusSettingsSchema, type ModbusSettings } from './modbus.settings.js';
