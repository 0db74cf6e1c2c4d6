import { Batcher } from '../../gpu-service/batcher/batcher.ts'
import type { Engine } from '../../gpu-service/engine/engine.ts'
import { mixedLengths, seededRandom } from './sentences.ts'

/** The CPU cost of the batcher per item on the main thread, by queue length, with engines that answer at once. */
async function measureBatcher({
  waiting,
  tenants = 1,
  total = 40_000,
}: {
  waiting: number
  tenants?: number
  total?: number
}) {
  const random = seededRandom(3)
  const lengths = mixedLengths({ count: 1024, random })
  const silent = () => {}
  const batcher = new Batcher<number, number>({
    run: async (inputs) => [...inputs],
    sizeOf: (length) => length,
    limits: {
      costMax: 384,
      itemsMax: 64,
      wasteMax: 0.1,
      runMsMax: 50,
      queuedMax: 1e6,
      waitMsMax: 1e9,
      engineMsMax: 1e9,
    },
    scheduler: { wake: silent, waitMs: () => 0, engineCount: 2 },
    observe: {
      depth: silent,
      ran: silent,
      answered: silent,
      failed: silent,
      dropped: silent,
      refused: silent,
      expired: silent,
      reused: silent,
      retried: silent,
    },
  })
  for (const items of [1, 8])
    for (const longest of [16, 128]) batcher.learn({ items, cost: items * longest, runMs: 1 + items * longest * 0.2 })
  let submitted = 0
  let answered = 0
  const next = () => {
    const index = submitted++
    const options = { tenant: `tenant ${index % tenants}`, deadlineMs: performance.now() + 600_000 }
    void batcher.submit(lengths[index % lengths.length] ?? 1, options).then(() => {
      answered++
      if (submitted < total) next()
    })
  }
  for (let item = 0; item < waiting; item++) next()
  const startedMs = performance.now()
  const before = process.threadCpuUsage()
  let runs = 0
  while (answered < total) {
    runs++
    await batcher.work({} as Engine, 1)
  }
  const { user, system } = process.threadCpuUsage(before)
  return {
    waiting,
    tenants,
    microsecondsEach: (user + system) / total,
    perRun: total / runs,
    wallMs: performance.now() - startedMs,
  }
}

if (import.meta.main) {
  const cases = [
    [1, 1],
    [32, 1],
    [512, 1],
    [8192, 1],
    [8192, 100],
    [8192, 8192],
  ] as const
  for (const [waiting, tenants] of cases)
    process.stdout.write(`${JSON.stringify(await measureBatcher({ waiting, tenants }))}\n`)
}
