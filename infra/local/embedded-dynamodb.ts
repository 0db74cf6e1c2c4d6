import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '../../shared/log.ts'
import { freePort } from './free-port.ts'

interface EmbeddedDynamodb {
  endpoint: string
  /** Resolves with a sentence when the database dies unexpectedly. */
  died: Promise<string>
  close(): Promise<void>
}

/**
 * Runs dynoxide, a DynamoDB-compatible server over one SQLite file, as a child. A shell in between ends the server when
 * this process dies, even by `kill -9`, because that closes the shell's input.
 */
export async function startEmbeddedDynamodb({
  databasePath,
  log,
}: {
  databasePath: string
  log: Logger
}): Promise<EmbeddedDynamodb> {
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const script =
    'exec 3<&0; "$0" "$@" </dev/null & child=$!; (cat >/dev/null; kill "$child" 2>/dev/null) <&3 & wait "$child"'
  const parameters = ['--host', '127.0.0.1', '--port', String(port), '--db-path', databasePath]
  // A process group of its own keeps Ctrl-C from ending the database before the requests in flight.
  const child = spawn('sh', ['-c', script, embeddedDynamodbPath(process), ...parameters], {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  })
  let lastWords = ''
  child.stderr.on('data', (text: Buffer) => {
    lastWords = text.toString().trim()
    log.debug({ from: 'dynoxide' }, lastWords)
  })
  let closing = false
  const died = once(child, 'close').then(([code, signal]) =>
    closing
      ? new Promise<never>(() => {})
      : `the embedded DynamoDB ended (${signal ?? `exit code ${code}`}) ${lastWords}\nIts file is ${databasePath}; if that is damaged, restore it or start on another folder with SLIPWAY_DATA`,
  )
  await Promise.race([answering(endpoint), died.then((reason) => Promise.reject(new Error(reason)))])
  return {
    endpoint,
    died,
    async close() {
      closing = true
      await ended(child)
    },
  }
}

/** @throws Error with a way out, on a platform without a published binary */
export function embeddedDynamodbPath({ platform, arch }: { platform: string; arch: string }): string {
  const name = `@dynoxide/${platform}-${arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'dynoxide')
  } catch {
    throw new Error(
      `The embedded DynamoDB is not installed for ${platform}-${arch}: there is no package "${name}" here. ` +
        'Run any server that is compatible with DynamoDB (such as DynamoDB Local) and set SLIPWAY_DYNAMODB_ENDPOINT to its URL.',
    )
  }
}

async function answering(endpoint: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      await fetch(endpoint)
      return
    } catch {
      await wait(25)
    }
  }
  throw new Error('the embedded DynamoDB did not start within 5 s')
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'close')
  child.stdin?.end()
  await exit
}
