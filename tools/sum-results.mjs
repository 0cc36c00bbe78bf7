// Sums vitest's JSON results: `node tools/sum-results.mjs SUITES_WITHOUT_RESULT FOLDER` prints `N passed, N failed`, exit 1 if any failed.
import fs from 'node:fs';
import path from 'node:path';

const [broken = '0', folder = '.'] = process.argv.slice(2);
let passed = 0;
let failed = Number(broken);
let skipped = 0;
for (const name of fs.readdirSync(folder).filter((f) => f.endsWith('.json'))) {
  let result;
  try {
    result = JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'));
  } catch {
    console.error(`${name}: not a complete result`);
    failed += 1;
    continue;
  }
  passed += result.numPassedTests;
  failed += result.numFailedTests;
  skipped += result.numPendingTests + result.numTodoTests;
  // A test file that does not load has no test to count: it is one failure.
  for (const file of result.testResults) {
    if (
      file.status === 'failed' &&
      !file.assertionResults.some((/** @type {{ status: string }} */ a) => a.status === 'failed')
    )
      failed += 1;
  }
  if (!result.success && result.numFailedTests === 0 && failed === 0) failed += 1;
}
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
