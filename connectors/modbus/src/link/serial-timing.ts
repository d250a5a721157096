import type { SerialPlace } from '../modbus.settings.js';

/** Above this speed the silent interval stays 1.75 ms (Modbus over Serial Line V1.02 §2.5.1.1). */
const FIXED_ABOVE_BAUD = 19_200;
const FIXED_SILENCE_MS = 1.75;
const SILENT_CHARACTERS = 3.5;

/** Time of one character on the wire, in ms: start bit, eight data bits, parity, stop bits. */
export const characterMs = ({ baudRate, parity, stopBits }: SerialPlace): number => ((1 + 8 + (parity === 'none' ? 0 : 1) + stopBits) * 1000) / baudRate;

/** Silence that separates two frames, in ms: 3.5 characters. */
export const silenceMs = (place: SerialPlace): number => (place.baudRate > FIXED_ABOVE_BAUD ? FIXED_SILENCE_MS : SILENT_CHARACTERS * characterMs(place));
