import { Status, type StatusCode } from '@telltale/tag-sample';

/** Why a request brought no data. */
export type Fault =
  | { readonly kind: 'exception'; readonly exceptionCode: number }
  /** No answer in time. */
  | { readonly kind: 'timeout' }
  /** Bytes that are not the right answer; the connection was closed. */
  | { readonly kind: 'broken'; readonly reason: string }
  /** The connection ended while the request was under way. */
  | { readonly kind: 'lost' }
  /** There is no connection. */
  | { readonly kind: 'not-connected' }
  /** The unit has been silent for a while and is only probed. */
  | { readonly kind: 'circuit-open' };

/** Modbus Application Protocol V1.1b3 §7 → OPC UA status. */
const EXCEPTIONS: Readonly<Record<number, StatusCode>> = {
  1: Status.BadNotSupported,
  2: Status.BadNodeIdUnknown,
  3: Status.BadConfigurationError,
  4: Status.BadDeviceFailure,
  5: Status.BadNoData,
  6: Status.BadNoData,
  8: Status.BadDeviceFailure,
  0x0a: Status.BadNoCommunication,
  0x0b: Status.BadNoCommunication,
};

/** The status of every tag that a failed request was to bring. Never good. */
export function statusOf(fault: Fault): StatusCode {
  switch (fault.kind) {
    case 'exception':
      return EXCEPTIONS[fault.exceptionCode] ?? Status.Bad;
    case 'timeout':
      return Status.BadTimeout;
    case 'broken':
    case 'lost':
      return Status.BadCommunicationError;
    case 'not-connected':
      return Status.BadNotConnected;
    case 'circuit-open':
      return Status.BadNoCommunication;
  }
}

/** The unit itself is silent: nobody answers for it, or a gateway says so (exceptions 0x0A, 0x0B). */
export const isSilence = (fault: Fault | { readonly kind: 'data' }): boolean => fault.kind === 'timeout' || (fault.kind === 'exception' && (fault.exceptionCode === 0x0a || fault.exceptionCode === 0x0b));
