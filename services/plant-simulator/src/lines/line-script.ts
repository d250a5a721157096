import type { TimeUs } from '@telltale/tag-sample';
import type { ScenarioEvent, ScenarioEventOf } from '../scenario/scenario-event.js';
import type { ScenarioLog } from '../scenario/scenario-log.js';
import { LineState } from './line-state.js';
import type { PackagingLine } from './packaging-line.js';

/** Scenario events as changes of one line's plan. */
export class LineScript {
  private restarts: ScenarioEventOf<'plc-restart'>[] = [];
  private resets: TimeUs[] = [];

  constructor(
    private readonly line: PackagingLine,
    log: ScenarioLog,
    private readonly shiftEnd: (timeUs: TimeUs) => TimeUs,
  ) {
    for (const event of log.events) this.apply(event);
  }

  apply(event: ScenarioEvent): void {
    if (!('line' in event) || event.line !== this.line.line.slug) return;
    switch (event.kind) {
      case 'line-stop':
        return this.line.script(event.fromUs, event.toUs, () => ({ state: event.state }));
      case 'line-run':
        return this.line.script(event.fromUs, event.toUs, () => ({ state: LineState.Running, cycleUs: Math.round(event.secondsPerItem * 1000) * 1000, rejectShare: event.rejectShare }));
      case 'reject-burst':
        return this.line.script(event.fromUs, event.toUs, () => ({ rejectShare: event.rejectShare }));
      case 'product-change':
        this.line.script(event.atUs, this.shiftEnd(event.atUs), () => ({ productCode: event.productCode }));
        return this.line.script(event.atUs, event.setupUntilUs, () => ({ state: LineState.Setup }));
      case 'plc-restart':
        this.restarts.push(event);
        if (event.resetUs > this.line.nowUs) this.resets.push(event.resetUs);
        return this.line.script(event.haltUs, event.resumeUs, () => ({ state: LineState.ControllerRestart }));
    }
  }

  /** Takes the register resets that are due. */
  resetsUntil(timeUs: TimeUs): readonly TimeUs[] {
    const due = this.resets.filter((resetUs) => resetUs <= timeUs);
    if (due.length > 0) this.resets = this.resets.filter((resetUs) => resetUs > timeUs);
    return due;
  }

  /** The controller is off and answers nobody. */
  isDown(timeUs: TimeUs): boolean {
    return this.restarts.some((restart) => timeUs >= restart.resetUs && timeUs < restart.backUs);
  }
}
