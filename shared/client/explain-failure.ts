import { ApiError } from './api-error.ts'
import { CommandFailed, UsageError } from './command.ts'
import { printable, type Terminal } from './terminal.ts'

/** Prints why a command failed. @returns the exit code */
export function explainFailure({ error, name, json, terminal }: Failure): number {
  const { code, said, exitCode, ...more } = failureOf(error)
  const answer = { ...more.answer, error: { code, message: more.message ?? said, ...more.details } }
  if (json) terminal.out(`${JSON.stringify(answer)}\n`)
  const help = exitCode === 2 ? `. See "slipway ${name === undefined ? '' : `${name} `}--help".` : ''
  terminal.err(`slipway: ${printable(help === '' ? said : said.replace(/\.$/, ''))}${help}\n`)
  return exitCode
}

function failureOf(error: unknown): Explained {
  if (error instanceof UsageError) return { code: 'usage', said: error.message, exitCode: 2 }
  if (error instanceof CommandFailed) return { code: 'failed', said: error.message, exitCode: 1, answer: error.answer }
  if (error instanceof ApiError) {
    const { code, status, message, requestId } = error
    const text =
      status === 401
        ? `The server does not accept the API key. Set SLIPWAY_API_KEY to one that it knows. It says: ${message}`
        : message
    const said = `${text}${requestId === undefined ? '' : ` (request ${requestId})`}`
    return { code, said, message, exitCode: 1, details: { status, requestId } }
  }
  const reason = error instanceof Error ? error.message : String(error)
  const said = `cannot understand the server's answer (${reason}). Does it run another version?`
  return { code: 'not_understood', said, exitCode: 1 }
}

interface Explained {
  code: string
  said: string
  exitCode: number
  /** The message for programs, where it differs from the printed one. */
  message?: string
  details?: object
  /** What the command still answers, beside the reason of its failure. */
  answer?: object | undefined
}

/** Explains that there is no API key. */
export const noKey = (url: string, keyPath: string | undefined): string =>
  keyPath === undefined
    ? `There is no key for ${url}. Set SLIPWAY_API_KEY to one of its keys, or log in: slipway login ${url}`
    : `There is no key for ${url}: SLIPWAY_API_KEY is not set, and there is no file ${keyPath}. Run this in the folder where "npm start" runs, or set SLIPWAY_DATA to its data folder.`

interface Failure {
  error: unknown
  name: string | undefined
  json: boolean
  terminal: Terminal
}
