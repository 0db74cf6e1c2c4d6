import { UsageError } from '../command.ts'

/** Accepts only a deployment's name; `predict` alone also looks one up by its model. @throws UsageError */
export function namedDeployment(given: string): string {
  if (!given.includes('/')) return given
  throw new UsageError(
    `"${given}" is a model, but this command needs the name of a deployment: "slipway status" lists them`,
  )
}
