import { LogLevel, setDebugLogger, setErrorLogger, setLogLevel, setWarningLogger } from 'node-opcua-client';

/** node-opcua prints to the console on its own; what matters reaches the host as errors and states. */
export function silenceDriver(): void {
  const nothing = (): void => undefined;
  setLogLevel(LogLevel.Emergency);
  setErrorLogger(nothing);
  setWarningLogger(nothing);
  setDebugLogger(nothing);
}
