import { availableParallelism } from 'node:os'
import { openTokenizer } from '../../gpu-service/tasks/text/open-tokenizer.ts'
import { filesIn } from '../support/files-in.ts'
import type { RealModel } from '../support/real-models.ts'
import { startBarePeers } from './bare-http/bare-peers.ts'
import { bodiesOf, type Measured, measureClosedLoop } from './closed-loop.ts'
import { type Host, startHost } from './host.ts'
import { judge, type Outcome } from './judge.ts'
import { load, warmUpSeconds } from './load.ts'
import { openLoop } from './open-loop.ts'
import { measureOverload, overloadTimes } from './overload.ts'
import { type Peer, startNaive } from './peers/naive.ts'
import { describeOutcomes } from './report.ts'
import { benchTexts, crowdTexts, oneByOne } from './texts.ts'
import { type Variant, variants } from './variants.ts'

interface BenchReport {
  /** Markdown. */
  lines: string[]
  /** What is below the accepted minimum. */
  slow: string[]
}

const openLoad = 0.8

/** `/v1/embeddings` compared with the bare runtime on the same texts and with a naive server, in one run. */
export async function benchEmbeddings({ seconds }: { seconds: number }): Promise<BenchReport> {
  const notes = variants.filter(({ model }) => model === undefined).map(({ name }) => `${name}: skipped, no weights`)
  const outcomes: Outcome[] = []
  for (const variant of variants)
    if (variant.model !== undefined) outcomes.push(await benchVariant(variant, variant.model, seconds, notes))
  if (outcomes.length === 0)
    return {
      lines: ['Every model was skipped: set SLIPWAY_MODELS to a folder with MiniLM. Nothing was measured.'],
      slow: [],
    }
  const title = `MiniLM, /v1/embeddings (base64), ${seconds} s each; the load generator shares the ${availableParallelism()} cores`
  return { lines: [title, ...notes, '', ...describeOutcomes(outcomes)], slow: outcomes.flatMap(judge) }
}

async function benchVariant(variant: Variant, model: RealModel, seconds: number, notes: string[]): Promise<Outcome> {
  const { name, options, dtype, isAlone = false } = variant
  const paths = new Set(Object.keys(await filesIn(model.folder)))
  const tokenizer = await openTokenizer({ root: model.folder, paths })
  const texts = benchTexts(tokenizer)
  const [fixed, mixed] = isAlone ? [texts.single, oneByOne(texts.mixed)] : [texts.fixed, texts.mixed]
  const naive = dtype === undefined ? undefined : await naiveOr({ model, dtype, name, notes })
  const host = await startHost({ model, options })
  const crowd = crowdTexts()
  const bare = await startBarePeers({ host, fixed, isAlone, crowd, idsOf: (text) => tokenizer.encode(text, 256) })
  const workloads = [
    { texts: fixed, clients: 32, perRequest: 1, bareHttp: bare.many },
    { texts: mixed, clients: 32, perRequest: 1 },
    { texts: mixed, clients: 4, perRequest: 32 },
    // A lone client can keep only one engine busy.
    { texts: texts.single, clients: 1, perRequest: 1, workers: 1, bareHttp: bare.lone },
  ]
  const warmUp = { token: host.token, path: '/v1/embeddings', bodies: bodiesOf(fixed.list, 1), connections: 32 }
  for (const port of [host.port, ...(naive === undefined ? [] : [naive.port])])
    await load({ ...warmUp, port, seconds: warmUpSeconds(seconds) })
  // There is little code to be compiled.
  for (const { port } of [bare.many, bare.lone]) await load({ ...warmUp, port, seconds: warmUpSeconds(seconds) / 4 })
  const closed: Measured[] = []
  for (const { bareHttp, ...workload } of workloads)
    closed.push(await measureClosedLoop({ host, naive, bareHttp, workload, seconds }))
  await naive?.close()
  const [full] = closed
  const capacity = full?.served ?? 0
  const bodies = bodiesOf(crowd, 1)
  const asked = { port: host.port, token: host.token, path: '/v1/embeddings', bodies }
  const open = await openLoop({ ...asked, perSecond: capacity * openLoad, seconds: seconds * 2 })
  const withKey = await measureClosedLoop({
    ...keyed(host),
    workload: { texts: fixed, clients: 32, perRequest: 1 },
    seconds,
  })
  const overload = await measureOverload({ host, bodies, capacity, seconds: seconds * 2 })
  const bareAsked = { ...asked, port: bare.many.port, seconds: seconds * 2 }
  const bareCapacity = full?.bareHttp?.served ?? 0
  const bareHttp = {
    open: await openLoop({ ...bareAsked, perSecond: bareCapacity * openLoad }),
    overload: await openLoop({ ...bareAsked, perSecond: bareCapacity * overloadTimes }),
  }
  await bare.close()
  await host.close()
  return { variant, closed, open, overload, withKey, bareHttp }
}

/** The same service, with a key that is looked up in the table. */
const keyed = (host: Host) => ({ host: { ...host, token: host.key }, naive: undefined })

interface NaiveOr {
  model: RealModel
  dtype: string
  name: string
  notes: string[]
}

async function naiveOr({ model, dtype, name, notes }: NaiveOr): Promise<Peer | undefined> {
  try {
    return await startNaive({ model, dtype })
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    notes.push(`${name}: the naive server was skipped, it could not be installed or started: ${reason}`)
    return undefined
  }
}
