import type { ParseArgsOptionsConfig } from 'node:util'
import type { ApiClient } from './api-client.ts'
import type { Terminal } from './terminal.ts'

/** One verb of the CLI. */
export interface Command {
  summary: string
  /** How it is called: `slipway pull SOURCE`. */
  usage: string
  /** Help: examples first, then what the options mean. */
  help: string
  options: ParseArgsOptionsConfig
  /** How many positional parameters it takes. */
  parameters: { min: number; max: number }
  run(invocation: Invocation): Promise<void>
}

export interface Invocation {
  parameters: string[]
  options: Record<string, string | boolean | (string | boolean)[] | undefined>
  json: boolean
  client: ApiClient
  terminal: Terminal
  /** A command of the Hub's own CLI, with all that it needs to speak with this server. */
  hubCommand: (command: string) => string
}

/** The command was given wrongly; ends with exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** The work was asked for rightly and failed; ends with exit code 1. `answer` is what `--json` prints beside the error. */
export class CommandFailed extends Error {
  override name = 'CommandFailed'
  readonly answer: object | undefined
  constructor(message: string, answer?: object) {
    super(message)
    this.answer = answer
  }
}

export const textOption = ({ options }: Invocation, name: string): string | undefined => {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

export const textOptions = ({ options }: Invocation, name: string): string[] | undefined => {
  const value = options[name]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined
}
