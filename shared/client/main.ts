import { directLoopback } from '../http/direct-loopback.ts'
import { calledAs } from './called-as.ts'
import { runCli } from './cli.ts'
import { readConnection } from './connection.ts'
import { openLogins } from './logins.ts'

// The reader of the output has seen enough, as in "slipway ls | head".
process.stdout.on('error', (error) => {
  if ('code' in error && error.code === 'EPIPE') process.exit(0)
  throw error
})

// Losing messages on stderr is fine; losing the answer is not.
process.stderr.on('error', (error) => {
  if (!('code' in error && error.code === 'EPIPE')) throw error
})

// Ends by the signal itself, so that a script running this ends, too.
const interrupted = new AbortController()
process.once('SIGINT', () => {
  interrupted.abort()
  process.kill(process.pid, 'SIGINT')
})

directLoopback(process.env)
const logins = openLogins(process.env)
process.exitCode = await runCli({
  parameters: process.argv.slice(2),
  calledAs: calledAs(process.env),
  connection: () => readConnection(process.env, logins),
  logins,
  terminal: {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTty: process.stderr.isTTY === true && process.env.NO_COLOR === undefined,
    input: process.stdin,
    interrupted: interrupted.signal,
  },
})
