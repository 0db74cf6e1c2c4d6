import { Readable } from 'node:stream'
import { runCli } from '../../../../shared/client/cli.ts'
import type { Connection } from '../../../../shared/client/connection.ts'
import type { Logins } from '../../../../shared/client/logins.ts'

const hubSettings = 'HF_ENDPOINT=http://127.0.0.1:8000 HF_TOKEN="$(cat key)"'
const local: Connection = { url: 'http://127.0.0.1:8000', token: 'hf_x', hubSettings }

/** Runs the CLI in this process against whatever `fetch` is, and returns what it printed. Its waits take no time. */
export const cli = (...parameters: string[]) => cliReading('', ...parameters)

/** The same with text on its standard input. */
export const cliReading = (input: string, ...parameters: string[]) => cliWith({ input }, ...parameters)

interface Around {
  /** The text on its standard input. */
  input?: string
  logins?: Logins
  /** @default a local server with a key */
  connection?: Connection
}

/** The same for a user with logins, or with another server. */
export async function cliWith(
  { input = '', logins, connection = local }: Around,
  ...parameters: string[]
): Promise<{ code: number; out: string; err: string }> {
  let nowMs = 0
  const wait = async (ms: number) => {
    nowMs += ms
  }
  const said: Record<'out' | 'err', string[]> = { out: [], err: [] }
  const code = await runCli({
    parameters,
    connection: async () => connection,
    logins,
    terminal: {
      out: (text) => void said.out.push(text),
      err: (text) => void said.err.push(text),
      isTty: false,
      clock: { now: () => nowMs, wait },
      input: Readable.from(input === '' ? [] : [Buffer.from(input)]),
    },
  })
  return { code, out: said.out.join(''), err: said.err.join('') }
}
