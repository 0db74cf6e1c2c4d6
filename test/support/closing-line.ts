import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/**
 * Lists the skipped tests, then ends the run with `N passed, N failed` alone on the last line. Must be the last
 * reporter.
 */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    // A file that failed to load has no tests to count, and must not pass because of that.
    const broken = modules.filter((module) => module.errors().length > 0).length
    for (const test of tests) if (test.result().state === 'skipped') process.stdout.write(`skipped: ${test.fullName}\n`)
    process.stdout.write(`\n${count('passed')} passed, ${count('failed') + broken + unhandledErrors.length} failed\n`)
  }
}
