import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const slipway = fileURLToPath(new URL('../../shared/client/slipway.mjs', import.meta.url))

const runMsMax = 45_000

interface Ran {
  code: number | null
  out: string
  err: string
}

/** Runs the command like a user, in its own process. */
export async function runSlipway(
  parameters: string[],
  { input = '', environment }: { input?: string; environment: Record<string, string> },
): Promise<Ran> {
  const env = { PATH: process.env.PATH, ...environment }
  const child = spawn(process.execPath, [slipway, ...parameters], { env, stdio: ['pipe', 'pipe', 'pipe'] })
  const said = { out: '', err: '' }
  child.stdout.on('data', (text: Buffer) => (said.out += text.toString()))
  child.stderr.on('data', (text: Buffer) => (said.err += text.toString()))
  child.stdin.end(input)
  const tooLong = setTimeout(() => child.kill(), runMsMax)
  const [code, signal] = await once(child, 'close')
  clearTimeout(tooLong)
  // A test timeout says nothing about what it waited for; the hanging command does.
  if (signal !== null) throw new Error(`slipway ${parameters.join(' ')} ended by ${signal}: ${said.out}${said.err}`)
  return { code: code as number | null, ...said }
}
