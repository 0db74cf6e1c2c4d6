import { expect, it } from 'vitest'
import { whyRefused } from '../../../../gpu-service/batcher/why-refused.ts'

const request = { waitMs: 0, engineMs: 10, runMs: 10, leftMs: 100, limits: { waitMsMax: 80, engineMsMax: 50 } }

it.each([
  ['fits', {}, undefined],
  ['just fits every limit', { waitMs: 80, engineMs: 50, runMs: 20 }, undefined],
  ['needs more engine time than any request may take', { engineMs: 51 }, 'too-costly'],
  ['would run past its deadline on an idle server', { runMs: 101 }, 'too-slow'],
  ['has already passed its deadline', { runMs: 0, leftMs: 0 }, 'too-slow'],
  ['would wait too long', { waitMs: 81 }, 'overloaded'],
  ['would start before its deadline and end after it because of the queue', { waitMs: 60, runMs: 50 }, 'overloaded'],
])('a request that %s', (_what, change, expected) => {
  expect(whyRefused({ ...request, ...change })).toBe(expected)
})
