import { makeEUInformation, standardUnits } from 'node-opcua-data-access';

type EuInformation = ReturnType<typeof makeEUInformation>;

/** UNECE Recommendation 20 codes (OPC UA Part 8 §5.6.3). */
const UNITS: Readonly<Record<string, EuInformation>> = {
  '°C': standardUnits.degree_celsius,
  bar: standardUnits.bar,
  kWh: makeEUInformation('KWH', 'kWh', 'kilowatt hour'),
  kg: makeEUInformation('KGM', 'kg', 'kilogram'),
  pcs: makeEUInformation('H87', 'pcs', 'piece'),
  'pcs/min': makeEUInformation('RPM', 'pcs/min', 'pieces per minute'),
  'Nm³/h': makeEUInformation('MQH', 'Nm³/h', 'normal cubic metre per hour'),
};

export const engineeringUnitsOf = (unit: string): EuInformation | undefined => UNITS[unit];
