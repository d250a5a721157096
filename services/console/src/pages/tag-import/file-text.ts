export interface FileText {
  readonly text: string;
  /** Read as Windows-1252, because it is no UTF-8. */
  readonly guessed: boolean;
}

/** Spreadsheets write UTF-8, UTF-16 with a mark, or the code page of the machine. */
export function fileText(bytes: Uint8Array): FileText {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes), guessed: false };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: new TextDecoder('utf-16be').decode(bytes), guessed: false };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), guessed: false };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), guessed: true };
  }
}
