import type { PlantClock } from './clock/plant-clock.js';
import { seedOf } from './chance/hashed-chance.js';
import type { PlantLayout } from './layout/plant-layout.js';
import { puneLayout as layout } from './layout/pune.layout.js';
import { CheckpointFile } from './lines/checkpoint-file.js';
import { puneRegisters } from './lines/line-unit.js';
import { ProductionPlant } from './lines/production-plant.js';
import { puneLinePlans } from './lines/pune-lines.js';
import { PlantModbusServer } from './modbus/plant-modbus-server.js';
import { PlantOpcUaServer } from './opcua/plant-opcua-server.js';
import { serverIdentity } from './opcua/server-identity.js';
import type { PlantSimulatorSettings } from './plant-simulator.settings.js';
import { LineControl } from './scenario/line-control.js';
import { publishAll, SiteBase, type ModbusEndpoint, type OpcUaEndpoint } from './simulated-site.js';
import { StepTimer } from './step-timer.js';
import type { GroundTruth } from './truth/ground-truth.js';

/** The packaging plant, running. */
export interface ProductionSite {
  readonly layout: PlantLayout;
  readonly opcUa: OpcUaEndpoint;
  readonly modbus: ModbusEndpoint;
  readonly control: LineControl;
  readonly groundTruth: () => GroundTruth;
  /** What the controller's registers hold at this moment, by line. */
  readonly registers: (line: string) => ReturnType<ProductionPlant['registers']>;
  readonly close: () => Promise<void>;
}

const USER_NAME = 'gateway';

export async function startProductionSite(settings: PlantSimulatorSettings, clock: PlantClock, port: number): Promise<ProductionSite> {
  const base = new SiteBase('pune', settings, clock);
  const checkpoints = new CheckpointFile(base.folder);
  let server: PlantOpcUaServer | undefined;
  const model = new ProductionPlant(
    layout,
    seedOf(settings.PLANT_SEED, 'pune'),
    clock.now(),
    settings.LINE_HISTORY_DAYS,
    puneLinePlans,
    checkpoints.checkpoints,
    base.log,
    (index, sample) => {
      server?.publish(index, sample);
      base.recordSample(index, sample);
    },
    (checkpoint) => {
      checkpoints.add(checkpoint);
      base.recordFact({ kind: 'shift-totals', ...checkpoint });
      if (server) checkpoints.save();
    },
  );
  checkpoints.save();
  const identity = await serverIdentity(base.folder, USER_NAME);
  server = await PlantOpcUaServer.start('Telltale simulated packaging lines', layout.namespaceUri, model.tags, identity, { host: settings.PLANT_HOST, port });
  publishAll(model, server);
  base.openTruth(model);
  const modbus = new PlantModbusServer(puneRegisters(model), settings.PLANT_HOST, settings.MODBUS_PORT);
  await modbus.start().catch(async (error: unknown) => {
    base.closeTruth();
    await server?.close();
    throw error;
  });
  const powerCut = (): void => {
    const now = clock.now();
    const down = [...model.lines.values()].some(({ script }) => script.isDown(now));
    if (down && modbus.listening) void modbus.pause();
    // A port that was taken meanwhile is tried again at the next step.
    if (!down && !modbus.listening) modbus.start().catch(() => undefined);
  };
  const timer = new StepTimer(model, clock, powerCut);
  const histories = new Map(model.tags.map((tag) => [tag.layout.path, tag.history]));
  const running = server;
  return {
    layout,
    opcUa: { url: running.url, userName: USER_NAME, password: identity.password, thumbprint: running.thumbprint },
    modbus: { host: settings.PLANT_HOST, port: modbus.port },
    control: new LineControl(
      [...model.lines.keys()],
      layout.products,
      clock,
      (event) => {
        base.recordEvent(event);
        for (const { script } of model.lines.values()) script.apply(event);
      },
      (prefix) => base.nextId(prefix),
    ),
    groundTruth: () => ({
      samples: (tagPath, fromUs, toUs) => histories.get(tagPath)?.read(fromUs, toUs, Number.POSITIVE_INFINITY) ?? [],
      leaks: [],
      sensorFaults: [],
      events: base.log.events,
      production: (fromUs, toUs) =>
        [...model.lines].flatMap(([slug, { line }]) => [...line.produced(fromUs, toUs)].map(([productCode, made]) => ({ line: slug, productCode, ...made }))),
      states: (line, fromUs, toUs) => model.lineNamed(line).line.intervals(fromUs, toUs),
    }),
    registers: (line) => model.registers(line),
    close: async () => {
      timer.stop();
      await Promise.all([running.close(), modbus.close()]);
      base.closeTruth();
    },
  };
}
