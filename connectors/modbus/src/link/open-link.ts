import type { ConnectorHost } from '@telltale/connector-sdk';
import type { ModbusSettings } from '../modbus.settings.js';
import type { LinkListener, OpeningLink } from './line-link.js';
import { openSerialLink } from './serial-link.js';
import { openSocketLink } from './socket-link.js';

export const openLink = (settings: ModbusSettings, host: ConnectorHost, listener: LinkListener): OpeningLink =>
  settings.link.kind === 'serial' ? openSerialLink(settings.link, settings.connectTimeoutMs, listener) : openSocketLink(settings.link, settings.connectTimeoutMs, host, listener);
