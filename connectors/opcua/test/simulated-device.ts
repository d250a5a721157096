import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { BrowseDirection, CreateMonitoredItemsRequest, type BrowseRequest, DataType, MessageSecurityMode, SecurityPolicy, StatusCodes, Variant, VariantArrayType, type StatusCode } from 'node-opcua-client';
import { nodesets } from 'node-opcua-nodesets';
import { OPCUAServer, type OPCUAServerOptions } from 'node-opcua-server';

// One file without local imports: node runs it as a child of its own too (simulated-process.ts).

export const PLANT_URI = 'urn:telltale:test-plant';
const HAS_ENCODING = 'ns=0;i=38';
export const USER = 'gateway';
export const PASSWORD = 'correct horse';

export interface DeviceOptions {
  readonly port: number;
  /** Folder for the server's key and certificate; another folder is another certificate. */
  readonly pki: string;
  readonly values?: number;
  readonly history?: boolean;
  /** Namespaces registered before the plant's: they shift its index. */
  readonly otherNamespaces?: readonly string[];
  /** Values left out. */
  readonly without?: readonly number[];
  readonly monitoredItemsPerCall?: number;
  readonly monitoredItemsPerSubscription?: number;
  readonly monitoredItems?: number;
  /** Milliseconds between changes of every value; absent: they change when told. */
  readonly beatMs?: number;
  /** Only this policy is offered (with its two modes). */
  readonly policies?: readonly SecurityPolicy[];
  readonly certificateFile?: string;
  /** A pump with structures and enumerations of its own types. */
  readonly structures?: boolean;
  /** It tells only after this time what an encoding of a structure belongs to. */
  readonly describesAfterMs?: number;
  readonly subscriptionsPerSession?: number;
  /** Host name that its endpoints state. */
  readonly advertisedHost?: string;
}

/** What a client asked of one monitored item. */
export interface MonitoringAsked {
  readonly nodeId: string;
  readonly samplingInterval: number;
  readonly queueSize: number;
  readonly discardOldest: boolean;
  readonly deadbandType: number;
  readonly deadbandValue: number;
}

type Variable = ReturnType<NonNullable<ReturnType<typeof plantOf>>['addVariable']>;

function plantOf(server: OPCUAServer) {
  return server.engine.addressSpace?.registerNamespace(PLANT_URI);
}

export const valueAddress = (index: number): { nodeId: string } => ({ nodeId: `nsu=${PLANT_URI};s=Value${index}` });

/**
 * A free loopback port below the ephemeral range: while a killed device is down, an outgoing connection of anybody
 * (our own retries too) could be given its port, and the device could not come back.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
  throw new Error('no free port between 20000 and 32000');
}

/** A PLC: a real OPC UA server with security, users, history and every number type. */
export class SimulatedDevice {
  readonly requests = new Map<string, number>();
  encodingsAsked = 0;
  readonly monitoringAsked: MonitoringAsked[] = [];
  private readonly server: OPCUAServer;
  private readonly manager: OPCUACertificateManager;
  private readonly userManager: OPCUACertificateManager;
  private readonly variables = new Map<string, Variable>();
  private readonly options: DeviceOptions;
  private beat: NodeJS.Timeout | undefined;
  /** Another speed of the pump, where there is one. */
  setPump: (speed: number) => void = () => {};

  constructor(options: DeviceOptions) {
    this.options = options;
    const manager = { automaticallyAcceptUnknownCertificate: true, disableFileWatchers: true };
    this.manager = new OPCUACertificateManager({ ...manager, rootFolder: options.pki });
    this.userManager = new OPCUACertificateManager({ ...manager, rootFolder: join(options.pki, 'users') });
    const settings: OPCUAServerOptions = {
      port: options.port,
      host: '127.0.0.1',
      hostname: options.advertisedHost ?? 'localhost',
      ...(options.certificateFile !== undefined && { certificateFile: options.certificateFile, serverInfo: { applicationUri: 'urn:simulated:plc' } }),
      resourcePath: '/plc',
      ...(options.structures && { nodeset_filename: [nodesets.standard, join(import.meta.dirname, 'pump-types.nodeset.xml')] }),
      buildInfo: { productName: 'Simulated PLC' },
      serverCertificateManager: this.manager,
      userCertificateManager: this.userManager,
      securityPolicies: [...(options.policies ?? [SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes128_Sha256_RsaOaep, SecurityPolicy.Aes256_Sha256_RsaPss])],
      securityModes: [MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
      allowAnonymous: false,
      userManager: { isValidUser: (user: string, password: string) => user === USER && password === PASSWORD },
      serverCapabilities: {
        maxSessions: 40,
        ...(options.monitoredItemsPerSubscription && { maxMonitoredItemsPerSubscription: options.monitoredItemsPerSubscription }),
        ...(options.subscriptionsPerSession && { maxSubscriptionsPerSession: options.subscriptionsPerSession }),
        ...(options.monitoredItems && { maxMonitoredItems: options.monitoredItems }),
        operationLimits: { maxMonitoredItemsPerCall: options.monitoredItemsPerCall ?? 100, maxNodesPerRead: 100, maxNodesPerBrowse: 10 },
      },
    };
    this.server = new OPCUAServer(settings);
  }

  async start(): Promise<void> {
    await this.manager.initialize();
    await this.userManager.initialize();
    await this.server.initialize();
    const { addressSpace } = this.server.engine;
    for (const uri of this.options.otherNamespaces ?? []) addressSpace?.registerNamespace(uri);
    const plant = plantOf(this.server);
    if (!addressSpace || !plant) throw new Error('the server has no address space');
    const objects = addressSpace.rootFolder.objects;
    const root = plant.addFolder(objects, { browseName: 'Plant', nodeId: 's=Plant' });
    const line = plant.addFolder(root, { browseName: 'Line1', nodeId: 's=Line1' });
    for (let index = 0; index < (this.options.values ?? 10); index++) {
      if (this.options.without?.includes(index)) continue;
      const name = `Value${index}`;
      const variable =
        index === 0
          ? plant.addAnalogDataItem({
              componentOf: line, browseName: name, nodeId: `s=${name}`, dataType: 'Double', minimumSamplingInterval: 10,
              engineeringUnitsRange: { low: 0, high: 100 }, engineeringUnits: { displayName: { text: '°C' }, namespaceUri: 'http://www.opcfoundation.org/UA/units/un/cefact', unitId: 4_408_652 },
            })
          : plant.addVariable({ componentOf: line, browseName: name, nodeId: `s=${name}`, dataType: 'Double', minimumSamplingInterval: 0 });
      this.variables.set(name, variable);
      variable.setValueFromSource({ dataType: DataType.Double, value: index });
      if (this.options.history !== false) addressSpace.installHistoricalDataNode(variable, { maxOnlineValues: 100_000 });
    }
    this.addTypes(plant, root);
    if (this.options.structures) this.addPump(plant, root);
    if (this.options.describesAfterMs !== undefined) this.describeLate(this.options.describesAfterMs);
    await this.server.start();
    this.server.on('request', (request: object) => {
      const name = request.constructor.name;
      this.requests.set(name, (this.requests.get(name) ?? 0) + 1);
      if (request instanceof CreateMonitoredItemsRequest) this.note(request);
    });
    if (this.options.beatMs) {
      let count = 0;
      this.beat = setInterval(() => {
        count++;
        for (const [name, variable] of this.variables) if (name.startsWith('Value')) variable.setValueFromSource({ dataType: DataType.Double, value: count });
      }, this.options.beatMs);
    }
  }

  private describeLate(ms: number): void {
    // The server has no hook before an answer.
    const service = this.server as unknown as { _on_BrowseRequest(message: { readonly request: BrowseRequest }, channel: unknown): void };
    const answer = service._on_BrowseRequest.bind(service);
    service._on_BrowseRequest = (message, channel) => {
      const isEncoding = message.request.nodesToBrowse?.some(({ referenceTypeId, browseDirection }) => referenceTypeId.toString() === HAS_ENCODING && browseDirection === BrowseDirection.Inverse);
      if (!isEncoding) return answer(message, channel);
      this.encodingsAsked++;
      setTimeout(() => answer(message, channel), ms);
    };
  }

  private note({ itemsToCreate }: CreateMonitoredItemsRequest): void {
    for (const { itemToMonitor, requestedParameters } of itemsToCreate ?? []) {
      const { samplingInterval, queueSize, discardOldest, filter } = requestedParameters;
      const { deadbandType = 0, deadbandValue = 0 } = (filter ?? {}) as { deadbandType?: number; deadbandValue?: number };
      this.monitoringAsked.push({ nodeId: itemToMonitor.nodeId.toString(), samplingInterval, queueSize, discardOldest, deadbandType, deadbandValue });
    }
  }

  set(index: number, value: number, status: StatusCode = StatusCodes.Good, at?: Date): void {
    this.variables.get(`Value${index}`)?.setValueFromSource({ dataType: DataType.Double, value }, status, at);
  }

  /** Adds a node while clients look at the server, which says that its model has changed. */
  addNode(name: string, dataType: keyof typeof DataType): void {
    const { addressSpace } = this.server.engine;
    const line = addressSpace?.findNode(`ns=${addressSpace.getNamespaceIndex(PLANT_URI)};s=Line1`);
    if (!addressSpace || !line) throw new Error('the server has no Line1');
    const plant = addressSpace.getNamespace(PLANT_URI);
    // The server tells of changes of nodes with a version only (Part 3 §5.2.2); the driver's types do not know it.
    const versioned = Object.assign({ componentOf: line, browseName: name, nodeId: `s=${name}`, dataType }, { nodeVersion: '1' });
    addressSpace.modelChangeTransaction(() => plant.addVariable(versioned));
  }

  /** Removes the node while clients look at it. */
  removeNode(index: number): void {
    const variable = this.variables.get(`Value${index}`);
    this.variables.delete(`Value${index}`);
    if (variable) this.server.engine.addressSpace?.deleteNode(variable);
  }

  openConnections(): number {
    return this.server.currentChannelCount;
  }

  openSessions(): number {
    return this.server.currentSessionCount;
  }

  openSubscriptions(): number {
    return this.server.engine.currentSubscriptionCount;
  }

  /** Ends politely when asked to, else every socket is cut first, as a power loss would. */
  async stop(politely = false): Promise<void> {
    clearInterval(this.beat);
    if (!politely) for (const endpoint of this.server.endpoints) endpoint.abruptlyInterruptChannels();
    await this.server.shutdown(0);
    await this.manager.dispose();
    await this.userManager.dispose();
  }

  private addTypes(plant: NonNullable<ReturnType<typeof plantOf>>, parent: ReturnType<NonNullable<ReturnType<typeof plantOf>>['addFolder']>): void {
    const folder = plant.addFolder(parent, { browseName: 'Types', nodeId: 's=Types' });
    const add = (name: string, dataType: keyof typeof DataType, value: unknown, isArray = false): void => {
      const variable = plant.addVariable({ componentOf: folder, browseName: name, nodeId: `s=${name}`, dataType, valueRank: isArray ? 1 : -1, minimumSamplingInterval: 10 });
      variable.setValueFromSource({ dataType: DataType[dataType], arrayType: isArray ? VariantArrayType.Array : VariantArrayType.Scalar, value });
      this.variables.set(name, variable);
    };
    add('Boolean', 'Boolean', true);
    add('SByte', 'SByte', -7);
    add('Byte', 'Byte', 200);
    add('Int16', 'Int16', -30_000);
    add('UInt16', 'UInt16', 65_535);
    add('Int32', 'Int32', -2_000_000_000);
    add('UInt32', 'UInt32', 4_000_000_000);
    add('Int64', 'Int64', [0xffff_ffff, 0xffff_fffe]);
    add('UInt64', 'UInt64', [1, 5]);
    add('Float', 'Float', 1.5);
    add('Double', 'Double', Math.PI);
    add('String', 'String', 'text');
    add('Numbers', 'Int64', [[0, 10], [0, 20], [0, 30]], true);
  }

  /** Its types come from pump-types.nodeset.xml; a client must ask the server what they mean. */
  private addPump(plant: NonNullable<ReturnType<typeof plantOf>>, parent: ReturnType<NonNullable<ReturnType<typeof plantOf>>['addFolder']>): void {
    const { addressSpace } = this.server.engine;
    const types = addressSpace?.getNamespace('urn:telltale:pump-types');
    const [status, mode] = [types?.findDataType('PumpStatus'), types?.findDataType('PumpMode')];
    if (!addressSpace || !status || !mode) throw new Error('the types of the pump are not loaded');
    const made = (speed: number): Variant =>
      new Variant({
        dataType: DataType.ExtensionObject,
        value: addressSpace.constructExtensionObject(status, {
          running: true, speed, mode: 2, starts: [0, 12], serviced: new Date(Date.UTC(2026, 0, 1)), rampTime: 1500, temperatures: [41, 42.5],
          motor: { current: 3.5, revolutions: [1, 0] }, axes: [{ current: 1, revolutions: [0, 7] }, { current: 2, revolutions: [0, 8] }], maker: 'KSB',
        }),
      });
    const pump = plant.addVariable({ componentOf: parent, browseName: 'Pump', nodeId: 's=Pump', dataType: status.nodeId, minimumSamplingInterval: 10 });
    this.setPump = (speed) => pump.setValueFromSource(made(speed));
    this.setPump(1480);
    const pumps = plant.addVariable({ componentOf: parent, browseName: 'Pumps', nodeId: 's=Pumps', dataType: status.nodeId, valueRank: 1, minimumSamplingInterval: 10 });
    pumps.setValueFromSource({ dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Array, value: [made(100).value, made(200).value] });
    const modes = plant.addVariable({ componentOf: parent, browseName: 'Mode', nodeId: 's=Mode', dataType: mode.nodeId, minimumSamplingInterval: 10 });
    modes.setValueFromSource({ dataType: DataType.Int32, value: 1 });
    for (const [name, dataType, value] of [['Wide', 'Int64', [0x0020_0000, 1]], ['WidePower', 'UInt64', [0x8000_0000, 0]], ['Serviced', 'DateTime', new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 250))]] as const) {
      plant.addVariable({ componentOf: parent, browseName: name, nodeId: `s=${name}`, dataType, minimumSamplingInterval: 10 }).setValueFromSource({ dataType: DataType[dataType], arrayType: VariantArrayType.Scalar, value });
    }
  }
}

/** A device with its own folder, restarted on the same port at will. */
export class RestartableDevice {
  readonly folder = mkdtempSync(join(tmpdir(), 'telltale-plc-'));
  device: SimulatedDevice | undefined;
  private options: DeviceOptions;

  private constructor(options: DeviceOptions) {
    this.options = options;
  }

  static async create(options: Partial<DeviceOptions> = {}): Promise<RestartableDevice> {
    const made = new RestartableDevice({ port: await freePort(), pki: '', ...options });
    made.options = { ...made.options, pki: join(made.folder, 'pki') };
    await made.start();
    return made;
  }

  get port(): number {
    return this.options.port;
  }

  get endpointUrl(): string {
    return `opc.tcp://localhost:${this.options.port}/plc`;
  }

  async start(change: Partial<DeviceOptions> = {}): Promise<void> {
    this.options = { ...this.options, ...change };
    this.device = new SimulatedDevice(this.options);
    await this.device.start();
  }

  /** A server certificate that nobody has seen before. */
  async startWithNewCertificate(): Promise<void> {
    await this.start({ pki: mkdtempSync(join(this.folder, 'pki-')) });
  }

  async stop(politely = false): Promise<void> {
    await this.device?.stop(politely);
    this.device = undefined;
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
