import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ApiClient } from '../../shared/client/api-client.ts'
import { formatBytes } from '../../shared/client/units.ts'
import type { ImportJob } from '../../shared/contract/import.ts'
import type { Logger } from '../../shared/log.ts'
import { dropMarker } from '../../shared/objects/keys.ts'
import { getDeployment } from '../../shared/table/deployments.ts'
import type { Table } from '../../shared/table/table.ts'

const repo = 'slipway/iris'
const version = 'v1'
const deploymentName = 'iris'
export const sampleRow = [5.1, 3.5, 1.4, 0.2]

/** Shows a newcomer the main job once: drop a model, import it, deploy it, predict. */
export async function showSample({ client, dropDir, log, signal }: SampleOptions): Promise<void> {
  const timed = stopwatch()
  const folder = join(dropDir, repo, version)
  await copySample(folder)
  log.info(`sample 1/4  dropped     ${repo} into ${folder} (${timed()})`)

  const job = await until({
    signal,
    ask: () => findImport(client),
    enough: ({ state }) => state === 'READY' || state === 'FAILED',
  })
  if (job.state === 'FAILED') throw new Error(`the sample could not be imported: ${job.failure?.message}`)
  const size = formatBytes(job.bytesTotal)
  log.info(`sample 2/4  imported    ${repo}@${version}: ${job.filesTotal} files, ${size}, verified (${timed()})`)

  await client.createDeployment({ target: `${repo}@${version}`, name: deploymentName })
  const ask = () => client.getDeployment(deploymentName)
  const deployment = await until({ signal, ask, enough: ({ state }) => state === 'READY' || state === 'FAILED' })
  const { state, reason, url } = deployment
  if (state === 'FAILED' || url === undefined) throw new Error(`the sample could not be served: ${reason}`)
  log.info(`sample 3/4  deployed    ${new URL(url, client.url)} (${timed()})`)

  const { answer } = await client.predict({ url }, { inputs: [sampleRow] })
  log.info(`sample 4/4  predicted   ${JSON.stringify(sampleRow)} is ${JSON.stringify(answer)} (${timed()})`)
}

interface SampleOptions {
  client: ApiClient
  dropDir: string
  log: Logger
  signal: AbortSignal
}

/** Whether an earlier start left the sample deployed, so that the banner can mention it. */
export const hasSample = async (table: Table): Promise<boolean> =>
  (await getDeployment(table, deploymentName)) !== undefined

async function copySample(folder: string): Promise<void> {
  const source = fileURLToPath(new URL('./sample/iris/', import.meta.url))
  await mkdir(folder, { recursive: true })
  for (const name of await readdir(source)) await cp(join(source, name), join(folder, name))
  await writeFile(join(folder, dropMarker), '')
}

async function findImport(client: ApiClient): Promise<ImportJob | undefined> {
  const { items } = await client.listImports({ limit: 10 })
  return items.find((job) => job.repo === repo)
}

/** Polls until the answer is good enough. @throws Error after 60 s */
async function until<Answer>({ ask, enough, signal }: UntilOptions<Answer>): Promise<Answer> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const answer = await ask()
    if (answer !== undefined && enough(answer)) return answer
    await wait(100, undefined, { signal })
  }
  throw new Error('the sample took longer than 60 s; see "npx slipway status"')
}

interface UntilOptions<Answer> {
  ask: () => Promise<Answer | undefined>
  enough: (answer: Answer) => boolean
  signal: AbortSignal
}

const stopwatch = () => {
  let last = performance.now()
  return (): string => {
    const now = performance.now()
    const text = `${Math.round(now - last)} ms`
    last = now
    return text
  }
}
