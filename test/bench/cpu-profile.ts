import { readFile } from 'node:fs/promises'

interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[]
  samples: number[]
  timeDeltas: number[]
}

/** The packages and folders in which a `.cpuprofile` spent its last `lastSeconds`, largest share first. */
export async function whereTimeWent(path: string, lastSeconds: number): Promise<[where: string, ms: number][]> {
  const { nodes, samples, timeDeltas }: CpuProfile = JSON.parse(await readFile(path, 'utf8'))
  const whereOf = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]))
  const skippedMicros = timeDeltas.reduce((total, delta) => total + delta, 0) - lastSeconds * 1e6
  const spent = new Map<string, number>()
  let passedMicros = 0
  for (const [index, id] of samples.entries()) {
    const delta = timeDeltas[index] ?? 0
    passedMicros += delta
    const where = whereOf.get(id)
    if (passedMicros < skippedMicros || where === undefined) continue
    spent.set(where, (spent.get(where) ?? 0) + delta / 1000)
  }
  return [...spent].sort(([, a], [, b]) => b - a)
}

/** `undefined` is idle time. */
function placeOf({ functionName, url }: { functionName: string; url: string }): string | undefined {
  if (url === '') return functionName === '(idle)' ? undefined : `system: ${functionName}`
  const [, inPackage] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
  if (inPackage !== undefined) return inPackage
  const [, ours] = /\/((?:gpu-service|shared|test)\/[^/]+)/.exec(url) ?? []
  return ours ?? url.split('/')[0]
}
