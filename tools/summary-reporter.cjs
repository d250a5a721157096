// Leaves the totals of a Jest run where the caller of `npm test` adds them up, after every suite: a run that is stopped tells how far it came.
const { writeFileSync } = require('node:fs');
const path = require('node:path');

const nameOf = (test) => path.relative(test.context.config.rootDir, test.path);
const file = process.env.TELLTALE_TEST_TOTALS;

module.exports = class SummaryReporter {
  running = new Set();

  onTestStart(test) {
    this.running.add(nameOf(test));
    this.write({ numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 0, numPendingTests: 0, numTodoTests: 0, ...this.soFar });
  }

  onTestResult(test, _result, soFar) {
    this.running.delete(nameOf(test));
    this.soFar = soFar;
    this.write(soFar);
  }

  onRunComplete(_contexts, results) {
    this.running.clear();
    const { passed, failed, skipped } = this.write(results);
    if (!file) process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  }

  write(results) {
    const totals = {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
      running: [...this.running],
    };
    if (file) writeFileSync(file, JSON.stringify(totals));
    return totals;
  }
};
