// A PLC that keeps the history of many tags without keeping a sample: node test/history-plc.ts '{"port","pki","values","startMs","beatMs","lagMs"}'
// Sample k of every tag has the value k and the time startMs + k * beatMs; its clock lags by lagMs. Started again with a smaller lag, it was
// away for the difference, as far as anybody can tell.
import { DataType, MessageSecurityMode, SecurityPolicy, StatusCodes, Variant } from 'node-opcua-client';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { OPCUAServer } from 'node-opcua-server';
import { HistoryData, HistoryReadResult } from 'node-opcua-service-history';
import { DataValue } from 'node-opcua-data-value';

interface Options {
  readonly port: number;
  readonly pki: string;
  readonly values: number;
  readonly startMs: number;
  readonly beatMs: number;
  readonly lagMs: number;
}
interface Asked {
  readonly startTime: Date;
  readonly endTime: Date;
  readonly numValuesPerNode: number;
}

const { port, pki, values, startMs, beatMs, lagMs } = JSON.parse(process.argv[2] ?? '{}') as Options;
const PAGE = 10_000;
const due = (): number => Math.floor((Date.now() - lagMs - startMs) / beatMs);
let beats = due();

function read({ startTime, endTime, numValuesPerNode }: Asked, continuation: Buffer | null | undefined): HistoryReadResult {
  const first = continuation?.length ? continuation.readUInt32LE(0) : Math.max(0, Math.ceil((startTime.getTime() - startMs) / beatMs));
  const end = Math.min(beats + 1, Math.ceil((endTime.getTime() - startMs) / beatMs));
  const count = Math.max(0, Math.min(numValuesPerNode || PAGE, PAGE, end - first));
  const dataValues = Array.from({ length: count }, (_, i) => {
    const at = new Date(startMs + (first + i) * beatMs);
    return new DataValue({ value: new Variant({ dataType: DataType.Double, value: first + i }), statusCode: StatusCodes.Good, sourceTimestamp: at, serverTimestamp: at });
  });
  const continuationPoint = first + count < end ? Buffer.alloc(4) : undefined;
  continuationPoint?.writeUInt32LE(first + count);
  return new HistoryReadResult({ statusCode: count > 0 ? StatusCodes.Good : StatusCodes.GoodNoData, historyData: new HistoryData({ dataValues }), ...(continuationPoint && { continuationPoint }) });
}

const manager = new OPCUACertificateManager({ automaticallyAcceptUnknownCertificate: true, disableFileWatchers: true, rootFolder: pki });
await manager.initialize();
const server = new OPCUAServer({
  port, host: '127.0.0.1', hostname: 'localhost', resourcePath: '/plc', serverCertificateManager: manager, userCertificateManager: manager,
  securityPolicies: [SecurityPolicy.None], securityModes: [MessageSecurityMode.None], allowAnonymous: true,
  serverCapabilities: { maxSessions: 20, operationLimits: { maxMonitoredItemsPerCall: 500, maxNodesPerRead: 500 } },
});
await server.initialize();
const space = server.engine.addressSpace;
const plant = space?.registerNamespace('urn:telltale:history-plc');
if (!space || !plant) throw new Error('the server has no address space');
const folder = plant.addFolder(space.rootFolder.objects, { browseName: 'Plant', nodeId: 's=Plant' });
const variables = Array.from({ length: values }, (_, index) => {
  const accessLevel = 'CurrentRead | HistoryRead';
  const variable = plant.addVariable({ componentOf: folder, browseName: `V${index}`, nodeId: `s=V${index}`, dataType: 'Double', accessLevel, userAccessLevel: accessLevel, minimumSamplingInterval: 0 });
  variable.historizing = true;
  Object.defineProperty(variable, 'historyRead', {
    value: (_context: unknown, details: Asked, _range: unknown, _encoding: unknown, { continuationPoint, releaseContinuationPoints }: { continuationPoint?: Buffer | null; releaseContinuationPoints?: boolean }) =>
      Promise.resolve(releaseContinuationPoints ? new HistoryReadResult({ statusCode: StatusCodes.Good }) : read(details, continuationPoint)),
  });
  return variable;
});
const show = (): void => {
  const at = new Date(startMs + beats * beatMs);
  for (const variable of variables) variable.setValueFromSource({ dataType: DataType.Double, value: beats }, StatusCodes.Good, at);
};
show();
await server.start();
setInterval(() => {
  // Also when this process was late: a beat of which only the history knows would be a contradiction.
  while (beats < due()) {
    beats++;
    show();
  }
}, Math.min(beatMs / 10, 50));
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
