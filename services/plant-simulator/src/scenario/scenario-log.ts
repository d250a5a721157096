import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScenarioEvent } from './scenario-event.js';
import { PlantDataError } from '../plant-simulator.errors.js';

/** What was scripted to happen to a plant, one event a line: the plant's past stays the same over restarts. */
export class ScenarioLog {
  private readonly file: string;
  readonly events: ScenarioEvent[];
  /** No log was there: the plant is started for the first time. */
  readonly isNew: boolean;

  constructor(folder: string) {
    this.file = join(folder, 'scenario.ndjson');
    this.isNew = !existsSync(this.file);
    this.events = this.isNew ? [] : this.parse(readFileSync(this.file, 'utf8'));
  }

  append(event: ScenarioEvent): void {
    this.events.push(event);
    appendFileSync(this.file, `${JSON.stringify(event)}\n`);
  }

  of<K extends ScenarioEvent['kind']>(kind: K): readonly Extract<ScenarioEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<ScenarioEvent, { kind: K }> => event.kind === kind);
  }

  private parse(text: string): ScenarioEvent[] {
    const lines = text.split('\n');
    const tail = lines.pop();
    return [...lines, tail ?? ''].flatMap((line, index) => {
      if (line === '') return [];
      try {
        return [ScenarioEvent.parse(JSON.parse(line))];
      } catch (cause) {
        // A line without its end was cut by a crash while it was written: it never happened.
        if (index === lines.length) return [];
        throw new PlantDataError(this.file, `line ${index + 1} is not a scenario event`, { cause });
      }
    });
  }
}
