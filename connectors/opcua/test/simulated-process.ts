// A simulated device in a process of its own, so that it can be killed and stopped like a PLC:
// node test/simulated-process.ts '<DeviceOptions as JSON>'
import { SimulatedDevice, type DeviceOptions } from './simulated-device.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as DeviceOptions;
const device = new SimulatedDevice(options);
process.on('message', (message: { removeNode?: number; shutDown?: boolean }) => {
  if (message.shutDown) return void device.stop(true).then(() => process.exit(0));
  if (message.removeNode !== undefined) device.removeNode(message.removeNode);
  process.send?.({ requests: Object.fromEntries(device.requests) });
});
process.on('disconnect', () => process.exit(0));
await device.start();
process.send?.({ ready: true });
