import type { PlantClock } from './clock/plant-clock.js';
import { seedOf } from './chance/hashed-chance.js';
import { ludwigshafenLayout as layout } from './layout/ludwigshafen.layout.js';
import type { PlantLayout } from './layout/plant-layout.js';
import { PlantOpcUaServer } from './opcua/plant-opcua-server.js';
import { serverIdentity } from './opcua/server-identity.js';
import type { PlantSimulatorSettings } from './plant-simulator.settings.js';
import { ordinarySteamPast } from './scenario/ordinary-past.js';
import { SteamControl } from './scenario/steam-control.js';
import { publishAll, SiteBase, type OpcUaEndpoint } from './simulated-site.js';
import { SteamPlant } from './steam/steam-plant.js';
import { StepTimer } from './step-timer.js';
import type { GroundTruth } from './truth/ground-truth.js';

/** The steam plant, running. */
export interface SteamSite {
  readonly layout: PlantLayout;
  readonly opcUa: OpcUaEndpoint;
  readonly control: SteamControl;
  readonly groundTruth: () => GroundTruth;
  readonly close: () => Promise<void>;
}

const USER_NAME = 'gateway';

export async function startSteamSite(settings: PlantSimulatorSettings, clock: PlantClock, port: number): Promise<SteamSite> {
  const base = new SiteBase('ludwigshafen', settings, clock);
  if (base.log.isNew) for (const event of ordinarySteamPast(layout, clock.now(), settings.STEAM_HISTORY_DAYS)) base.recordEvent(event);
  let server: PlantOpcUaServer | undefined;
  const model = new SteamPlant(layout, seedOf(settings.PLANT_SEED, 'ludwigshafen'), clock.now(), settings.STEAM_HISTORY_DAYS, base.log, (index, sample) => {
    server?.publish(index, sample);
    base.recordSample(index, sample);
  });
  const identity = await serverIdentity(base.folder, USER_NAME);
  server = await PlantOpcUaServer.start('Telltale simulated steam network', layout.namespaceUri, model.tags, identity, { host: settings.PLANT_HOST, port });
  publishAll(model, server);
  base.openTruth(model);
  const timer = new StepTimer(model, clock, () => undefined);
  const histories = new Map(model.tags.map((tag) => [tag.layout.path, tag.history]));
  const running = server;
  return {
    layout,
    opcUa: { url: running.url, userName: USER_NAME, password: identity.password, thumbprint: running.thumbprint },
    control: new SteamControl(
      layout,
      () => clock.now(),
      (event) => base.recordEvent(event),
      (prefix) => base.nextId(prefix),
    ),
    groundTruth: () => {
      const events = model.events();
      return {
        samples: (tagPath, fromUs, toUs) => histories.get(tagPath)?.read(fromUs, toUs, Number.POSITIVE_INFINITY) ?? [],
        leaks: events.leaks,
        sensorFaults: events.faults,
        events: base.log.events,
        production: () => [],
        states: () => [],
      };
    },
    close: async () => {
      timer.stop();
      await running.close();
      base.closeTruth();
    },
  };
}
