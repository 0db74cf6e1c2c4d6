import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import pretty from 'pino-pretty'
import type { RefusalCache } from '../../gpu-service/protocols/refusal-cache.ts'
import { createApiClient } from '../../shared/client/api-client.ts'
import { errors, messageOf } from '../../shared/errors.ts'
import { directLoopback } from '../../shared/http/direct-loopback.ts'
import { platformEnvelope } from '../../shared/http/envelopes.ts'
import { createLogger, type Logger } from '../../shared/log.ts'
import { createTable } from '../../shared/table/create-table.ts'
import { openScan } from '../../shared/table/scan.ts'
import { createSignedReads } from '../../shared/table/signed-reads.ts'
import { openTable } from '../../shared/table/table.ts'
import { version } from '../../shared/version.ts'
import { banner } from './banner.ts'
import { announce, describeHolder, lockDataFolder, openDataFolder } from './data-folder.ts'
import type { Fetch } from './dispatch.ts'
import { startEmbeddedDynamodb } from './embedded-dynamodb.ts'
import { type LocalSettings, readSettings, settingsHelp } from './environment.ts'
import { ensureAdminKey } from './first-start.ts'
import { listen } from './http-server.ts'
import { createLocalPlatform } from './local-platform.ts'
import { hasSample, showSample } from './sample.ts'
import { shutDownOnSignal } from './shutdown.ts'
import { tableClient } from './table-client.ts'

const tableName = 'slipway'
const graceMs = 30_000

if (process.argv.includes('--help')) {
  const title = 'Settings (environment variables, with their defaults):'
  process.stdout.write(`npm start [-- --no-sample]\n\n${title}\n\n${settingsHelp()}\n`)
  process.exit(0)
}

try {
  directLoopback(process.env)
  const settings = readSettings(process.env, process.argv.slice(2))
  const destination = process.stdout.isTTY
    ? pretty({ ignore: 'pid,hostname,service', translateTime: 'SYS:HH:MM:ss.l', singleLine: true })
    : undefined
  await start(settings, createLogger({ level: settings.logLevel, ...(destination && { destination }) }))
} catch (error) {
  console.error(`slipway: ${messageOf(error)}`)
  process.exit(1)
}

/** Starts the platform's parts in the order of their dependencies, and stops them in reverse. */
async function start(settings: LocalSettings, log: Logger) {
  const startedAt = performance.now()
  for (const warning of settings.warnings) log.warn(warning)
  // The data folder may be one that other users of this machine can read; the database holds the hashes of passwords.
  process.umask(0o077)
  const folder = await openDataFolder(settings.dataPath)
  const lock = lockDataFolder(folder)
  if (lock === undefined) throw new Error(await describeHolder(folder))

  let host: { fetch: Fetch; refusals?: RefusalCache } = { fetch: () => notYet() }
  const server = await listen({
    ...settings,
    fetch: (request, connection) => host.fetch(request, connection),
    refusals: () => host.refusals,
  })

  const database =
    settings.dynamodbEndpoint === undefined
      ? await startEmbeddedDynamodb({ databasePath: folder.databasePath, log })
      : undefined
  const endpoint = database?.endpoint ?? settings.dynamodbEndpoint ?? ''
  const client = tableClient(endpoint)
  await createTable({ tableName, client }).catch((error) => {
    const way =
      database === undefined ? 'Is SLIPWAY_DYNAMODB_ENDPOINT right?' : `Its file ${folder.databasePath} may be damaged.`
    throw new Error(`DynamoDB does not answer as it should at ${endpoint} (${messageOf(error)}). ${way}`)
  })
  const table = openTable({ tableName, client, createReads: createSignedReads })

  const platform = createLocalPlatform({ table, scan: openScan({ tableName, client }), folder, settings, log })
  const key = await ensureAdminKey({ table, keyPath: folder.keyPath, now: new Date() })
  const stopWork = await platform.run()
  host = { fetch: platform.fetch, refusals: platform.serving.refusals }
  await announce(folder, server)

  const stopping = new AbortController()
  const { stop } = shutDownOnSignal({
    log,
    endsWithParent: settings.underNpm,
    phases: [
      { name: 'readiness', run: () => stopping.abort() },
      { name: 'requests', run: () => Promise.all([platform.serving.drain(), server.close(graceMs)]).then(() => {}) },
      { name: 'imports', run: stopWork },
      { name: 'engines', run: () => platform.serving.close() },
      { name: 'table', run: () => table.close() },
      { name: 'database', run: () => database?.close() },
      { name: 'data folder', run: () => rm(folder.runningPath, { force: true }).then(() => lock.close()) },
    ],
  })
  void database?.died.then((reason) => {
    log.error(`${reason}; stopping, because nothing works without it`)
    stop(1)
  })

  // Anything but a terminal is stored, and a log must not hold the key.
  const newToken = key.created && process.stderr.isTTY ? key.token : undefined
  const { root: dataRoot, keyPath } = folder
  const { hfEndpoint, dataPath } = settings
  const sample = key.created ? settings.sample : await hasSample(table)
  const { url, networkUrl } = server
  process.stderr.write(banner({ url, networkUrl, version, dataRoot, dataPath, keyPath, newToken, hfEndpoint, sample }))
  log.info({ url, networkUrl, durationMs: Math.round(performance.now() - startedAt) }, 'started')
  if (!key.created || !settings.sample) return
  const sampleClient = createApiClient({ url, token: key.token, signal: stopping.signal })
  await showSample({ client: sampleClient, dropDir: folder.dropDir, log, signal: stopping.signal }).catch((error) => {
    if (!stopping.signal.aborted) log.error({ err: error }, `the sample did not come up: ${messageOf(error)}`)
  })
}

/** Answers requests that come after the port is taken and before the platform is up. */
function notYet(): Response {
  const requestId = randomUUID()
  const error = errors.starting()
  const headers = { 'retry-after': String(error.retryAfterSeconds), 'x-request-id': requestId }
  return Response.json(platformEnvelope(error, requestId), { status: error.status, headers })
}
