import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AttributeIds,
  ClientMonitoredItemGroup,
  DataType,
  HistoryReadRequest,
  MessageSecurityMode,
  OPCUAClient,
  ReadRawModifiedDetails,
  SecurityPolicy,
  TimestampsToReturn,
  UserTokenType,
  type ClientSession,
  type DataValue,
  type HistoryData,
} from 'node-opcua-client';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import type { OpcUaEndpoint } from '../src/index.js';

export const newFolder = (name: string): string => mkdtempSync(join(tmpdir(), `telltale-${name}-`));

export interface PlantClient {
  readonly session: ClientSession;
  close(): Promise<void>;
}

export async function connectOpcUa(endpoint: OpcUaEndpoint, password = endpoint.password, policy = SecurityPolicy.Basic256Sha256): Promise<PlantClient> {
  const certificates = new OPCUACertificateManager({ rootFolder: newFolder('client-pki'), automaticallyAcceptUnknownCertificate: true });
  await certificates.initialize();
  const client = OPCUAClient.create({
    endpointMustExist: false,
    securityPolicy: policy,
    securityMode: policy === SecurityPolicy.None ? MessageSecurityMode.None : MessageSecurityMode.SignAndEncrypt,
    clientCertificateManager: certificates,
    connectionStrategy: { maxRetry: 0, initialDelay: 50 },
    clientName: 'plant-simulator-test',
  });
  try {
    await client.connect(endpoint.url);
    const session = await client.createSession({ type: UserTokenType.UserName, userName: endpoint.userName, password });
    return {
      session,
      close: async () => {
        await session.close();
        await client.disconnect();
      },
    };
  } catch (error) {
    await client.disconnect();
    throw error;
  }
}

/** `nsu=…;s=…` → node id with the index that the server gives the namespace. */
export async function resolveNode(session: ClientSession, nodeId: string): Promise<string> {
  const match = /^nsu=([^;]+);(.*)$/.exec(nodeId);
  const namespaces = await session.readNamespaceArray();
  return `ns=${namespaces.indexOf(match?.[1] ?? '')};${match?.[2] ?? ''}`;
}

export async function readHistory(session: ClientSession, nodeId: string, fromMs: number, toMs: number, page: number): Promise<{ values: DataValue[]; pages: number }> {
  const values: DataValue[] = [];
  let continuationPoint: Buffer | undefined;
  for (let pages = 1; ; pages++) {
    const response = await session.historyRead(
      new HistoryReadRequest({
        historyReadDetails: new ReadRawModifiedDetails({ startTime: new Date(fromMs), endTime: new Date(toMs), isReadModified: false, numValuesPerNode: page, returnBounds: false }),
        timestampsToReturn: TimestampsToReturn.Both,
        nodesToRead: [{ nodeId, ...(continuationPoint ? { continuationPoint } : {}) }],
      }),
    );
    const result = response.results?.[0];
    if (!result || !(result.statusCode.isGood())) throw new Error(`history: ${String(result?.statusCode)}`);
    values.push(...((result.historyData as HistoryData | null)?.dataValues ?? []));
    if (!result.continuationPoint || result.continuationPoint.length === 0) return { values, pages };
    continuationPoint = result.continuationPoint;
  }
}

/** Collects every change of some nodes for a while. */
export async function watch(session: ClientSession, nodeIds: readonly string[], forMs: number): Promise<Map<string, DataValue[]>> {
  const subscription = await session.createSubscription2({ requestedPublishingInterval: 100, requestedLifetimeCount: 100, requestedMaxKeepAliveCount: 10, maxNotificationsPerPublish: 0, publishingEnabled: true, priority: 1 });
  const seen = new Map<string, DataValue[]>(nodeIds.map((id) => [id, []]));
  const group = ClientMonitoredItemGroup.create(
    subscription,
    nodeIds.map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value })),
    { samplingInterval: 0, queueSize: 500, discardOldest: true },
    TimestampsToReturn.Both,
  );
  group.on('changed', (item, value) => seen.get(item.itemToMonitor.nodeId.toString())?.push(value));
  await new Promise((resolve) => setTimeout(resolve, forMs));
  await subscription.terminate();
  return seen;
}

export { DataType, SecurityPolicy };

/** One Modbus TCP request on a fresh connection; resolves to the PDU. */
export function modbusPdu(host: string, port: number, unit: number, pdu: readonly number[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(Buffer.from([0, 7, 0, 0, 0, pdu.length + 1, unit, ...pdu])));
    socket.on('error', reject);
    socket.on('data', (answer) => {
      socket.destroy();
      resolve(answer.subarray(7));
    });
  });
}
