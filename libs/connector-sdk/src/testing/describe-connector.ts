import { runs } from './conformance-cases.js';
import { CONFORMANCE_CASES, type ConformanceSubject } from './conformance-subject.js';

/** The part of a test runner that the kit needs; `@jest/globals` fits. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => void;
  readonly test: (name: string, body: () => Promise<void>, timeoutMs?: number) => void;
}

const CASE_TIMEOUT_MS = 30_000;

/** Declares every conformance case for a connector. A waived case becomes a test that demands its reason. */
export function describeConnector(subject: ConformanceSubject, { describe, test }: TestRunner): void {
  describe(`${subject.name} conforms`, () => {
    for (const name of CONFORMANCE_CASES) {
      const reason = subject.waivers?.[name];
      if (reason === undefined) {
        test(name, () => runs[name](subject), CASE_TIMEOUT_MS);
      } else {
        test(`${name} – waived: ${reason}`, async () => {
          if (reason.trim().length < 20) throw new Error(`The waiver of "${name}" needs its reason.`);
        });
      }
    }
  });
}
