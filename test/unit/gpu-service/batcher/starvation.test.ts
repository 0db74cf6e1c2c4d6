import { describe, expect, it } from 'vitest'
import { measuredCosts } from '../../../bench/measured-costs.ts'
import { mixedLengths, seededRandom } from '../../../bench/sentences.ts'
import { type SimulatedInput, simulatedLimits, simulatedService } from '../support/simulated-service.ts'

describe('a flood', () => {
  it('does not starve a small tenant: it waits for a few runs', async () => {
    const { time, batcher } = simulatedService({ engines: 1, msOf: measuredCosts.fp32, isShared: false })
    const random = seededRandom(8)
    const lengths = mixedLengths({ count: 512, random })
    const input = (key: string): SimulatedInput => {
      const size = lengths[Math.floor(random() * lengths.length)] ?? 1
      return { size, group: '', key, nature: 'harmless' }
    }
    let flooded = 0
    const flood = () => {
      void batcher.submit(input(`flood ${flooded++}`), { tenant: 'flood' }).catch(() => undefined)
      if (flooded < 1500) time.after(2, flood)
    }
    flood()
    const waits: number[] = []
    const small = async () => {
      for (let request = 0; request < 40; request++) {
        await time.wait(60)
        waits.push((await batcher.submit(input(`small ${request}`), { tenant: 'small' })).queueMs)
      }
    }
    const done = small()
    await time.runTo(Number.POSITIVE_INFINITY)
    await done
    expect(waits).toHaveLength(40)
    expect(Math.max(...waits)).toBeLessThan(3 * simulatedLimits.runMsMax)
  })

  it('of interactive work does not starve bulk work', async () => {
    const { time, batcher } = simulatedService({ engines: 1, msOf: measuredCosts.int8, isShared: false })
    let sent = 0
    const input = (key: string): SimulatedInput => ({ size: 24, group: '', key, nature: 'harmless' })
    const flood = () => {
      void batcher.submit(input(`now ${sent++}`)).catch(() => undefined)
      if (sent < 8000) time.after(1, flood)
    }
    flood()
    const bulk = batcher.submitAll(
      Array.from({ length: 200 }, (_, item) => input(`bulk ${item}`)),
      { priority: 'bulk' },
    )
    const answeredAtMs = bulk.then(() => time.nowMs)
    await time.runTo(Number.POSITIVE_INFINITY)
    expect(await answeredAtMs).toBeLessThan(6000)
  })
})
