import { parseArgs } from 'node:util'
import { version } from '../version.ts'
import { commands, overview } from './all-commands.ts'
import { createApiClient } from './api-client.ts'
import { type CalledAs, inWordsOf } from './called-as.ts'
import { type Command, CommandFailed, UsageError } from './command.ts'
import type { Connection } from './connection.ts'
import { explainFailure, noKey } from './explain-failure.ts'
import type { Logins } from './logins.ts'
import { nearestCommand } from './nearest-command.ts'
import type { Terminal } from './terminal.ts'

interface CliRequest {
  parameters: string[]
  connection: () => Promise<Connection>
  logins?: Logins | undefined
  terminal: Terminal
  /** How the user typed `slipway`. */
  calledAs?: CalledAs | undefined
}

/** Runs one command and resolves to the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function runCli(request: CliRequest): Promise<number> {
  const { connection, logins, terminal: given, calledAs: own = { name: 'slipway' } } = request
  const terminal = { ...given, err: (text: string) => given.err(inWordsOf(own, text)) }
  const help = (text: string) => terminal.out(inWordsOf({ name: own.name }, text))
  const [name, ...rest] = commandFirst(request.parameters)
  const json = rest.includes('--json')
  if (name === 'help' && rest[0] !== undefined) return runCli({ ...request, parameters: [rest[0], '--help'] })
  if (name === undefined || name === '-h' || name === '--help' || name === 'help') {
    help(overview())
    return name === undefined ? 2 : 0
  }
  if (name === '--version' || name === '-v' || name === 'version') {
    terminal.out(`${version}\n`)
    return 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  try {
    if (command === undefined) throw noCommand(name)
    const asked = parse(command, rest)
    if (asked.options.help === true) {
      help(`${command.usage}: ${command.summary}\n\n${command.help}\n\n${everyCommand}\n`)
      return 0
    }
    const { keyPath, hubSettings, ...found } = await connection()
    if (found.token === undefined && command.needsKey !== false) throw new CommandFailed(noKey(found.url, keyPath))
    const client = createApiClient(found)
    const hubCommand = (hub: string) => (hubSettings ? `${hubSettings} ${hub}` : hub)
    await command.run({ ...asked, json, client, terminal, logins, hubCommand })
    return 0
  } catch (error) {
    return explainFailure({ error, name: command === undefined ? undefined : name, json, terminal })
  }
}

const everyCommand = `--json prints one JSON value to standard output, with an "error" if the command failed. Exit codes: 0 for success, 1 for a
failure, 2 for wrong usage.`

/** `--json` may come before the command, too. */
const commandFirst = (parameters: string[]): string[] =>
  parameters[0] === '--json' && parameters.length > 1 ? [...parameters.slice(1), '--json'] : parameters

function noCommand(name: string): UsageError {
  const nearest = nearestCommand(name, Object.keys(commands))
  return new UsageError(`there is no command "${name}"${nearest === undefined ? '' : `; it is ${nearest}`}`)
}

/** A negative number is a value, not an option, so that `--weight -5` is refused with a useful message. */
const withNumbers = (rest: readonly string[]): string[] =>
  rest.flatMap((given, at) => {
    if (isNumberOf(rest[at - 1], given)) return []
    const next = rest[at + 1]
    return next !== undefined && isNumberOf(given, next) ? `${given}=${next}` : given
  })

const isNumberOf = (option: string | undefined, value: string): boolean =>
  /^-\d/.test(value) && /^--[a-z][a-z-]*$/.test(option ?? '')

function parse(command: Command, rest: string[]) {
  const options = { ...command.options, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const
  try {
    const { values, positionals } = parseArgs({ args: withNumbers(rest), options, allowPositionals: true })
    const { min, max } = command.parameters
    if (values.help !== true && (positionals.length < min || positionals.length > max))
      throw new UsageError(
        positionals.length < min
          ? `a parameter is missing: ${command.usage}`
          : `"${positionals[max]}" is one parameter too many`,
      )
    return { parameters: positionals, options: values }
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message.split('. ')[0] ?? error.message) : error
  }
}
