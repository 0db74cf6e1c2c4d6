/** Runs a stepwise computation to its end, for callers that block nobody else. */
export function runToEnd<Result>(steps: Generator<void, Result>): Result {
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value
}
