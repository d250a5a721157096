/** What a jsonb column may hold when its shape belongs to somebody else (a connector, a detector). */
export interface JsonDocument {
  [name: string]: JsonValue;
}
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonDocument;
