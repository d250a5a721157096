import { Status, type StatusCode as PlantStatus } from '@telltale/tag-sample';
import { StatusCodes, type StatusCode } from 'node-opcua-status-code';

/** The status codes that a simulated plant gives. */
const KNOWN = new Map<PlantStatus, StatusCode>([
  [Status.Good, StatusCodes.Good],
  [Status.BadSensorFailure, StatusCodes.BadSensorFailure],
  [Status.BadNoCommunication, StatusCodes.BadNoCommunication],
  [Status.BadNoData, StatusCodes.BadNoData],
]);

export const opcUaStatus = (status: PlantStatus): StatusCode => KNOWN.get(status) ?? StatusCodes.Bad;
