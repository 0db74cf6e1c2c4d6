/** Goes through work that is made in steps without a pause, for what nobody else waits behind. */
export function atOnce<Result>(steps: Generator<void, Result>): Result {
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value
}
