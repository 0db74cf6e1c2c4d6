import { UsageError } from '../command.ts'

/** The name of a deployment as it was given: to find one by its model is `predict`'s alone. @throws UsageError */
export function namedDeployment(given: string): string {
  if (!given.includes('/')) return given
  throw new UsageError(`"${given}" is a model, and this takes the name of a deployment: "slipway status" lists them`)
}
