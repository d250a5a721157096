// What spreadsheets take for a formula or a command (OWASP CSV injection), also in full width.
const RISKY = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** Text that a spreadsheet shows and does not compute. Numbers are never given here: -5 stays a number. */
export const neutralised = (text: string): string => (RISKY.test(text) ? `'${text}` : text);

/** The way back. */
export const restored = (text: string): string => (text.startsWith("'") && RISKY.test(text) ? text.slice(1) : text);
