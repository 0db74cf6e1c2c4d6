import { type Invocation, UsageError } from '../command.ts'

/** One verb of a command: its parameters and what it does. */
export interface Verb {
  takes: readonly string[]
  /** The options that the verb accepts. */
  options?: readonly string[]
  run(invocation: Invocation, given: readonly string[]): Promise<void>
}

/** Runs the verb given to a command. @throws UsageError for an unknown verb or wrong parameters */
export async function runVerb(command: string, verbs: Readonly<Record<string, Verb>>, invocation: Invocation) {
  const [name = '', ...given] = invocation.parameters
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
  if (verb === undefined)
    throw new UsageError(`there is no "${command} ${name}"; there are ${Object.keys(verbs).join(', ')}`)
  const { takes, options = [] } = verb
  if (given.length < takes.length) throw new UsageError(`a parameter is missing: ${takes[given.length]}`)
  if (given.length > takes.length) throw new UsageError(`"${given[takes.length]}" is one parameter too many`)
  refuseOptions(invocation, { command: `${command} ${name}`, options })
  await verb.run(invocation, given)
}

/** @throws UsageError for an option that does not apply here */
export function refuseOptions({ options: given }: Invocation, { command, options }: Allowed): void {
  const strange = Object.keys(given).find((name) => name !== 'json' && !options.includes(name))
  if (strange !== undefined) throw new UsageError(`--${strange} does not go with "${command}"`)
}

interface Allowed {
  command: string
  options: readonly string[]
}
