import { createHash, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { listenError } from '@telltale/service-runtime';
import type { Namespace, UAObject, UAVariable } from 'node-opcua-address-space';
import { nodesetImages } from 'node-opcua-nodesets';
import { MessageSecurityMode, SecurityPolicy } from 'node-opcua-secure-channel';
import { OPCUAServer } from 'node-opcua-server';
import { DataType, Variant } from 'node-opcua-variant';
import type { PlantSample } from '../history/tag-history.js';
import type { PlantTag } from '../plant-tag.js';
import { engineeringUnitsOf } from './engineering-units.js';
import { readRawHistory } from './history-read.js';
import { opcUaStatus } from './opcua-status.js';
import type { ServerIdentity } from './server-identity.js';

export interface OpcUaListenAddress {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
}

const DATA_TYPES = { double: DataType.Double, uint32: DataType.UInt32, uint16: DataType.UInt16 } as const;
const CURRENT_AND_HISTORY_READ = 'CurrentRead | HistoryRead';

/** Limits of a middle-sized control system; small enough that a client must heed them. */
const LIMITS = {
  maxSessions: 10,
  maxSubscriptionsPerSession: 10,
  maxMonitoredItemsPerSubscription: 1_000,
  maxMonitoredItemsQueueSize: 5_000,
  // 0: an item that asks for sampling interval 0 gets every change, not one per window.
  minSupportedSampleRate: 0,
  maxHistoryContinuationPoints: 100,
  operationLimits: { maxNodesPerRead: 500, maxMonitoredItemsPerCall: 500, maxNodesPerHistoryReadData: 50, maxNodesPerBrowse: 500 },
} as const;

/** Limits of one request or answer (OPC UA Part 6 §7.1.2.4). */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const MAX_CHUNKS = 128;

const sameText = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** A plant's tags as an OPC UA server: Basic256Sha256, SignAndEncrypt, user and password. Values are pushed, nothing is polled. */
export class PlantOpcUaServer {
  private readonly variables: UAVariable[] = [];

  private constructor(
    private readonly server: OPCUAServer,
    private readonly tags: readonly PlantTag[],
  ) {}

  static async start(title: string, namespaceUri: string, tags: readonly PlantTag[], identity: ServerIdentity, address: OpcUaListenAddress): Promise<PlantOpcUaServer> {
    const pki = identity.certificates.rootDir;
    const server = new OPCUAServer({
      port: address.port,
      host: address.host,
      hostname: address.host === '0.0.0.0' ? '127.0.0.1' : address.host,
      serverCertificateManager: identity.certificates,
      userCertificateManager: identity.certificates,
      certificateFile: join(pki, 'own', 'certs', 'server.pem'),
      nodeset_filename: [nodesetImages.standard],
      securityPolicies: [SecurityPolicy.Basic256Sha256],
      securityModes: [MessageSecurityMode.SignAndEncrypt],
      allowAnonymous: false,
      disableDiscovery: false,
      isAuditing: false,
      userManager: { isValidUser: (name: string, password: string) => sameText(name, identity.userName) && sameText(password, identity.password) },
      serverInfo: { applicationUri: namespaceUri, productUri: 'urn:telltale:plant-simulator', applicationName: title },
      buildInfo: { productName: title, manufacturerName: 'Telltale', softwareVersion: '0.1.0' },
      serverCapabilities: LIMITS,
      transportSettings: { adjustTransportLimits: (hello) => ({ ...hello, maxMessageSize: MAX_MESSAGE_BYTES, maxChunkCount: MAX_CHUNKS }) },
      maxConnectionsPerEndpoint: LIMITS.maxSessions,
    });
    const plant = new PlantOpcUaServer(server, tags);
    try {
      await server.initialize();
      plant.addNodes(namespaceUri);
      await server.start();
    } catch (error) {
      await server.shutdown(0).catch(() => undefined);
      throw listenError(error, { ...address, portVariable: 'OPCUA_PORT' });
    }
    return plant;
  }

  get url(): string {
    return this.server.getEndpointUrl();
  }

  get thumbprint(): string {
    return createHash('sha256').update(this.server.getCertificate()).digest('hex');
  }

  get sessions(): number {
    return this.server.currentSessionCount;
  }

  publish(index: number, sample: PlantSample): void {
    const tag = this.tags[index];
    const variable = this.variables[index];
    if (!tag || !variable) return;
    const value = Number.isNaN(sample.value) ? new Variant({ dataType: DataType.Null }) : new Variant({ dataType: DATA_TYPES[tag.dataType], value: sample.value });
    variable.setValueFromSource(value, opcUaStatus(sample.status), new Date(sample.sourceTimeUs / 1000));
  }

  async close(): Promise<void> {
    await this.server.shutdown(0);
  }

  private addNodes(namespaceUri: string): void {
    const space = this.server.engine.addressSpace;
    if (!space) throw new Error('The OPC UA server has no address space after its initialisation.');
    const namespace = space.registerNamespace(namespaceUri);
    const folders = new Map<string, UAObject>([['', space.rootFolder.objects]]);
    for (const tag of this.tags) this.variables.push(this.addVariable(namespace, folders, tag));
  }

  private addVariable(namespace: Namespace, folders: Map<string, UAObject>, { layout, dataType, history }: PlantTag): UAVariable {
    const browsePath = layout.historyAddress.nodeId.slice(layout.historyAddress.nodeId.indexOf(';s=') + 3);
    const cut = browsePath.lastIndexOf('/');
    const units = engineeringUnitsOf(layout.unit);
    const common = {
      componentOf: folderAt(namespace, folders, browsePath.slice(0, cut)),
      browseName: browsePath.slice(cut + 1),
      displayName: layout.name,
      nodeId: `s=${browsePath}`,
      dataType: DATA_TYPES[dataType],
      accessLevel: CURRENT_AND_HISTORY_READ,
      userAccessLevel: CURRENT_AND_HISTORY_READ,
      minimumSamplingInterval: 0,
    };
    const variable =
      layout.kind === 'analog'
        ? namespace.addAnalogDataItem({ ...common, engineeringUnitsRange: { low: layout.rangeLow, high: layout.rangeHigh }, ...(units ? { engineeringUnits: units } : {}) })
        : namespace.addVariable(common);
    variable.historizing = true;
    // The library's own historian keeps a DataValue object per sample; here the plant's compact rings answer.
    Object.defineProperty(variable, 'historyRead', {
      value: (_context: unknown, details: Parameters<typeof readRawHistory>[2], _range: unknown, _encoding: unknown, continuation: { continuationPoint?: Buffer | null; releaseContinuationPoints?: boolean }) =>
        Promise.resolve(readRawHistory(history, DATA_TYPES[dataType], details, continuation.continuationPoint, continuation.releaseContinuationPoints === true)),
    });
    return variable;
  }
}

function folderAt(namespace: Namespace, folders: Map<string, UAObject>, path: string): UAObject {
  const known = folders.get(path);
  if (known) return known;
  const cut = path.lastIndexOf('/');
  const parent = folderAt(namespace, folders, cut < 0 ? '' : path.slice(0, cut));
  const folder = namespace.addFolder(parent, { browseName: path.slice(cut + 1), nodeId: `s=${path}` });
  folders.set(path, folder);
  return folder;
}
