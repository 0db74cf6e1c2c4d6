import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTokenizer } from '../../gpu-service/tasks/text/open-tokenizer.ts'
import { filesIn } from '../support/files-in.ts'
import { minilmInt8, type RealModel } from '../support/real-models.ts'
import { bodiesOf } from './closed-loop.ts'
import { whereTimeWent } from './cpu-profile.ts'
import { type Host, startHost } from './host.ts'
import { load, warmUpSeconds } from './load.ts'
import { seededRandom, sentences } from './sentences.ts'
import { table } from './table.ts'

const clients = 32
const texts = sentences({ lengths: Array(512).fill(21), random: seededRandom(7) })

/** The CPU of the HTTP thread per request of one text, with engines that sleep rather than run. */
export async function measureMainThread({ seconds }: { seconds: number }): Promise<string[]> {
  const model = minilmInt8
  if (model === undefined) return ['The main thread was not measured: MiniLM is not there.']
  const folder = await mkdtemp(join(tmpdir(), 'slipway-profile-'))
  const job = { model, options: { isolate: 'never' as const }, isInstant: true }
  const host = await startHost(job)
  const fixedKey = await microsOf(host, host.token, seconds)
  const tableKey = await microsOf(host, host.key, seconds)
  await host.close()
  const tokenising = await tokenisingMicros(model)
  // Profiling slows it down, so it has its own run.
  const profiled = await startHost(job, ['--cpu-prof', `--cpu-prof-dir=${folder}`])
  await microsOf(profiled, profiled.token, seconds)
  await profiled.close()
  const shares = await whereTimeWent(await largestIn(folder), seconds)
  await rm(folder, { recursive: true })
  const total = shares.reduce((sum, [, ms]) => sum + ms, 0)
  const row = (name: string, micros: number) => [name, micros.toFixed(0), (micros - tokenising).toFixed(0)]
  return [
    `Main thread, CPU of a request of one text of 21 tokens, ${clients} clients; tokenising alone takes ${tokenising.toFixed(0)} µs`,
    '',
    ...table(
      ['key', 'µs', 'µs without tokenising'],
      [row('given at the start', fixedKey), row('in the table', tableKey)],
    ),
    '',
    `Where it goes: ${shares
      .slice(0, 12)
      .map(([where, ms]) => `${where} ${((ms / total) * 100).toFixed(0)} %`)
      .join(' · ')}`,
  ]
}

async function microsOf(host: Host, token: string, seconds: number): Promise<number> {
  const asked = { port: host.port, token, path: '/v1/embeddings', bodies: bodiesOf(texts, 1), connections: clients }
  await load({ ...asked, seconds: warmUpSeconds(seconds) })
  const before = await host.stats()
  const { answered } = await load({ ...asked, seconds })
  const after = await host.stats()
  return ((after.mainThreadMs - before.mainThreadMs) * 1000) / answered
}

async function tokenisingMicros(model: RealModel): Promise<number> {
  const paths = new Set(Object.keys(await filesIn(model.folder)))
  const tokenizer = await openTokenizer({ root: model.folder, paths })
  const rounds = 10
  const all = () => texts.forEach((text) => void tokenizer.encode(text, 256))
  all()
  const before = process.threadCpuUsage()
  for (let round = 0; round < rounds; round++) all()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / (rounds * texts.length)
}

/** The profile of the main thread is the largest if the process wrote several. */
async function largestIn(folder: string): Promise<string> {
  const sized = (await readdir(folder)).map(async (name) => {
    const path = join(folder, name)
    return { path, size: (await stat(path)).size }
  })
  const [largest] = (await Promise.all(sized)).sort((a, b) => b.size - a.size)
  return largest?.path ?? ''
}
