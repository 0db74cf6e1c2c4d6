import type { ParseArgsOptionsConfig } from 'node:util'
import type { ApiClient } from './api-client.ts'
import type { Logins } from './logins.ts'
import type { Terminal } from './terminal.ts'

export interface Command {
  summary: string
  /** For example `slipway pull SOURCE`. */
  usage: string
  /** Examples first, then the options. */
  help: string
  options: ParseArgsOptionsConfig
  /** The number of positional parameters. */
  parameters: { min: number; max: number }
  /** Whether it fails without a key. @default true */
  needsKey?: boolean
  run(invocation: Invocation): Promise<void>
}

export interface Invocation {
  parameters: string[]
  options: Record<string, string | boolean | (string | boolean)[] | undefined>
  json: boolean
  client: ApiClient
  terminal: Terminal
  /** Absent where no folder of the user is known. */
  logins?: Logins | undefined
  /** A command of the Hub's own CLI, prefixed with the settings it needs to reach this server. */
  hubCommand: (command: string) => string
}

/** Wrong usage; exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** A valid command that failed; exit code 1. `answer` is printed beside the error with `--json`. */
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
