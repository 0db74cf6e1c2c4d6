import { type Invocation, UsageError } from '../command.ts'

/** What a verb of a command takes behind it, in words, and what it does with that. */
export interface Verb {
  takes: readonly string[]
  /** The options that go with it. */
  options?: readonly string[]
  run(invocation: Invocation, given: readonly string[]): Promise<void>
}

/** Runs the verb that a command was given. @throws UsageError where there is none of that name, or it takes something else */
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

/** @throws UsageError where an option is given that means nothing here */
export function refuseOptions({ options: given }: Invocation, { command, options }: Allowed): void {
  const strange = Object.keys(given).find((name) => name !== 'json' && !options.includes(name))
  if (strange !== undefined) throw new UsageError(`--${strange} does not go with "${command}"`)
}

interface Allowed {
  command: string
  options: readonly string[]
}
