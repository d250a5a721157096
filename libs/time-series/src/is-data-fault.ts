import { TimeSeriesError } from './time-series.errors.js';

/** SQLSTATE classes that blame the data itself: data exception, integrity constraint. */
const DATA_FAULT = /^2[23][0-9A-Z]{3}$/;

/** Whether an append failed because of what is in the batch; otherwise the database could not do it now and will later. */
export function isDataFault(error: unknown): boolean {
  if (error instanceof TimeSeriesError || error instanceof TypeError || error instanceof RangeError) return true;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && DATA_FAULT.test(code);
}
