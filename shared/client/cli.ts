import { parseArgs } from 'node:util'
import { version } from '../version.ts'
import { createApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { type Command, CommandFailed, UsageError } from './command.ts'
import { alias } from './commands/alias.ts'
import { audit } from './commands/audit.ts'
import { backup } from './commands/backup.ts'
import { deploy } from './commands/deploy.ts'
import { diff } from './commands/diff.ts'
import { fsck } from './commands/fsck.ts'
import { gc } from './commands/gc.ts'
import { log } from './commands/log.ts'
import { ls } from './commands/ls.ts'
import { pause, resume } from './commands/pause.ts'
import { predict } from './commands/predict.ts'
import { pull } from './commands/pull.ts'
import { repo } from './commands/repo.ts'
import { restore } from './commands/restore.ts'
import { show } from './commands/show.ts'
import { status } from './commands/status.ts'
import { tag } from './commands/tag.ts'
import { undeploy } from './commands/undeploy.ts'
import { usage } from './commands/usage.ts'
import type { Connection } from './connection.ts'
import { printable, type Terminal } from './terminal.ts'

const commands: Record<string, Command> = {
  pull,
  ls,
  show,
  repo,
  tag,
  alias,
  log,
  diff,
  deploy,
  undeploy,
  pause,
  resume,
  predict,
  status,
  usage,
  audit,
  fsck,
  gc,
  backup,
  restore,
}

export interface CliRequest {
  parameters: string[]
  connection: () => Promise<Connection>
  terminal: Terminal
}

/** Runs one command. Resolves to the exit code: 0 done, 1 failed, 2 used wrongly. */
export async function runCli({ parameters, connection, terminal }: CliRequest): Promise<number> {
  const [name, ...rest] = parameters
  const json = rest.includes('--json')
  if (name === undefined || name === '-h' || name === '--help' || name === 'help') {
    terminal.out(overview())
    return name === undefined ? 2 : 0
  }
  if (name === '--version' || name === '-v') {
    terminal.out(`${version}\n`)
    return 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  try {
    if (command === undefined) throw new UsageError(`there is no command "${name}"`)
    const given = parse(command, rest)
    if (given.options.help === true) {
      terminal.out(`${command.usage}: ${command.summary}\n\n${command.help}\n`)
      return 0
    }
    const { keyPath, ...found } = await connection()
    if (found.token === undefined) throw new CommandFailed(noKey(found.url, keyPath))
    const client = createApiClient(found)
    await command.run({ ...given, json, client, terminal })
    return 0
  } catch (error) {
    return explain({ error, name: command === undefined ? undefined : name, json, terminal })
  }
}

/** A number below 0 is a value, not an option: `--weight -5` is then refused by what it means. */
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

function explain({ error, name, json, terminal }: Failure): number {
  if (error instanceof UsageError) {
    terminal.err(
      `slipway: ${error.message.replace(/\.$/, '')}. See "slipway ${name === undefined ? '' : `${name} `}--help".\n`,
    )
    return 2
  }
  if (error instanceof CommandFailed) {
    if (json && error.answer !== undefined) terminal.out(`${JSON.stringify(error.answer)}\n`)
    terminal.err(`slipway: ${printable(error.message)}\n`)
    return 1
  }
  if (error instanceof ApiError) {
    const { code, status, message, requestId } = error
    if (json) terminal.out(`${JSON.stringify({ error: { code, status, message, requestId } })}\n`)
    const text =
      status === 401 ? 'The server does not accept the API key. Set SLIPWAY_API_KEY to one that it knows.' : message
    terminal.err(`slipway: ${printable(text)}${requestId === undefined ? '' : ` (request ${requestId})`}\n`)
    return 1
  }
  const said = error instanceof Error ? error.message : String(error)
  terminal.err(`slipway: the server's answer is not understood (${printable(said)}). Is it of another version?\n`)
  return 1
}

const noKey = (url: string, keyPath: string | undefined): string =>
  keyPath === undefined
    ? `There is no key for ${url}. Set SLIPWAY_API_KEY to one of its keys.`
    : `There is no key for ${url}: SLIPWAY_API_KEY is not set, and there is no file ${keyPath}. Run this in the folder where "npm start" runs, or set SLIPWAY_DATA to its data folder.`

interface Failure {
  error: unknown
  name: string | undefined
  json: boolean
  terminal: Terminal
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}   ${summary}`)
  return `Slipway: your own model hub and inference.

Examples:
  slipway pull hf://sentence-transformers/all-MiniLM-L6-v2
  slipway deploy sentence-transformers/all-MiniLM-L6-v2 --name minilm
  slipway predict minilm '"how do I reset my password?"'

Commands:
${lines.join('\n')}

Every command takes --json (answers for programs) and --help.
The server is found by SLIPWAY_URL and SLIPWAY_API_KEY, else by the data folder .slipway (SLIPWAY_DATA).
`
}
