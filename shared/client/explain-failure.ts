import { ApiError } from './api-error.ts'
import { CommandFailed, UsageError } from './command.ts'
import { printable, type Terminal } from './terminal.ts'

/** Says why a command ended otherwise than it should. @returns its exit code */
export function explainFailure({ error, name, json, terminal }: Failure): number {
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

/** There is nothing to ask with. */
export const noKey = (url: string, keyPath: string | undefined): string =>
  keyPath === undefined
    ? `There is no key for ${url}. Set SLIPWAY_API_KEY to one of its keys.`
    : `There is no key for ${url}: SLIPWAY_API_KEY is not set, and there is no file ${keyPath}. Run this in the folder where "npm start" runs, or set SLIPWAY_DATA to its data folder.`

interface Failure {
  error: unknown
  name: string | undefined
  json: boolean
  terminal: Terminal
}
