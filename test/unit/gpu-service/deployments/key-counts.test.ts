import { describe, expect, it } from 'vitest'
import { KeyCounts } from '../../../../gpu-service/deployments/key-counts.ts'
import { createMetrics } from '../../../../shared/metrics.ts'
import { member } from '../../../support/principals.ts'

describe('the counts of keys', () => {
  it('tell at most `max` keys apart, and count the rest together', async () => {
    const metrics = createMetrics()
    const counts = new KeyCounts({ metrics, max: 3 })
    for (let n = 0; n < 100; n++) counts.count({ deployment: 'd', caller: member({ keyId: `key_${n}` }) })
    counts.count({ deployment: 'd', caller: member({ keyId: 'key_0' }) })
    counts.count({ deployment: 'd', caller: member({ keyId: 'some-session' }) })
    const { values } = await metrics.keyRequests.get()
    expect(Object.fromEntries(values.map(({ labels, value }) => [labels.key, value]))).toEqual({
      key_0: 2,
      key_1: 1,
      key_2: 1,
      other: 97,
      session: 1,
    })
  })

  it('forget the keys of a deleted deployment, which frees their places', async () => {
    const metrics = createMetrics()
    const counts = new KeyCounts({ metrics, max: 2 })
    const count = (deployment: string, n: number) => counts.count({ deployment, caller: member({ keyId: `key_${n}` }) })
    for (let n = 0; n < 5; n++) count('old', n)
    counts.forget('old')
    counts.forget('never was')
    for (let n = 0; n < 3; n++) count('new', n)
    const { values } = await metrics.keyRequests.get()
    expect(values.map(({ labels }) => `${labels.deployment} ${labels.key}`)).toEqual([
      'new key_0',
      'new key_1',
      'new other',
    ])
  })
})
