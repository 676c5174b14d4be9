// Prints the failed tests, and as the last line "N passed, N failed", from the test runner's own report; says by the
// exit code whether all is well.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const LINES_OF_A_FAILURE = 6;
const COLUMNS = 300;

const [, , file, alreadyFailed] = process.argv;
const report = readReport(file);
for (const failure of failuresOf(report)) console.log(failure);
const { passed, failed, skipped } = count(report);
if (failed === 0 && alreadyFailed !== '0')
  console.log('FAILED outside of the tests: see the output of the checks and of the runner above');
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 && passed > 0 && alreadyFailed === '0' ? 0 : 1;

function count({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  return {
    passed: numPassedTests,
    failed: numFailedTests + testResults.filter(isFailedAsAWhole).length,
    skipped: numPendingTests + numTodoTests,
  };
}

/** A file that could not be loaded or set up has no failed test in the report; it counts as one failure. */
function isFailedAsAWhole({ status, assertionResults }) {
  return status === 'failed' && assertionResults.every((test) => test.status !== 'failed');
}

/** Of each failed test and file: where it is, its title and the first lines of what it said. */
function failuresOf({ testResults }) {
  return testResults.flatMap((result) => {
    const path = relative(process.cwd(), result.name);
    if (isFailedAsAWhole(result)) return [`FAILED ${path}\n${firstLines(result.message)}`];
    return result.assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `FAILED ${path} > ${fullName}\n${firstLines(failureMessages[0])}`);
  });
}

function firstLines(message = '') {
  const lines = message.split('\n').slice(0, LINES_OF_A_FAILURE);
  return lines.map((line) => `  ${line.slice(0, COLUMNS)}`).join('\n');
}

/** Without a report nothing was tested, which counts as one failure. */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  }
}
