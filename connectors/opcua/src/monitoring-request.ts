import {
  AttributeIds, DataChangeFilter, DataChangeTrigger, DeadbandType, MonitoringMode, type MonitoredItemCreateRequestOptions,
} from 'node-opcua-client';
import type { ConnectorTag } from '@telltale/connector-sdk';
import { elementOf } from './index-range.js';
import type { OpcUaAddress } from './opcua.address.js';

/** What the server is asked to do for one tag (Part 4 §5.13.2). */
export function monitoringRequest(tag: ConnectorTag<OpcUaAddress>, nodeId: string, clientHandle: number, withFilter: boolean): MonitoredItemCreateRequestOptions {
  const { address, scanIntervalMs } = tag;
  const deadband = address.deadband ?? tag.deadband;
  const samplingInterval = address.samplingIntervalMs ?? scanIntervalMs;
  return {
    itemToMonitor: { nodeId, attributeId: AttributeIds.Value, ...elementOf(address) },
    monitoringMode: MonitoringMode.Reporting,
    requestedParameters: {
      clientHandle,
      samplingInterval,
      discardOldest: true,
      queueSize: address.queueSize ?? Math.min(1000, Math.max(4, Math.ceil(2_000 / Math.max(samplingInterval, 10)))),
      ...(withFilter && { filter: filterOf(deadband) }),
    },
  };
}

/**
 * Without a deadband every measurement counts, also one that repeats the value: its time says that the sensor still measures
 * (Part 4 §7.22.2, STATUS_VALUE_TIMESTAMP).
 */
function filterOf(deadband: OpcUaAddress['deadband']): DataChangeFilter {
  if (deadband === undefined) return new DataChangeFilter({ trigger: DataChangeTrigger.StatusValueTimestamp, deadbandType: DeadbandType.None });
  return new DataChangeFilter({
    trigger: DataChangeTrigger.StatusValue,
    deadbandType: deadband.kind === 'absolute' ? DeadbandType.Absolute : DeadbandType.Percent,
    deadbandValue: deadband.value,
  });
}
