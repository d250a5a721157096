// Jest globalTeardown: ends what test-servers.mjs started.
export default async function stopTestServers() {
  await globalThis.stopTelltaleTestServers?.();
}
