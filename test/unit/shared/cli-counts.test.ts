import { afterEach, describe, expect, it, vi } from 'vitest'
import { cli } from './support/run-cli.ts'

afterEach(() => vi.unstubAllGlobals())

describe('slipway fsck', () => {
  const found = async (count: number, repaired: boolean) => {
    const finding = { kind: 'lost', place: 'blobs/x', message: 'is not there', repairable: true, repaired }
    const job = { id: 'job_1', state: 'DONE', counts: { checked: 40 } }
    vi.stubGlobal('fetch', async (url: string) =>
      Response.json(url.includes('/findings') ? { items: Array(count).fill(finding) } : job),
    )
    return cli('fsck', '--repair')
  }

  it.each([
    [0, 'no discrepancies'],
    [1, '1 discrepancy, repaired'],
    [10, '10 discrepancies, all repaired'],
  ])('counts the discrepancies that it repaired: %i', async (count, said) => {
    expect((await found(count, true)).out).toMatch(new RegExp(`^40 things checked, ${said}$`, 'm'))
  })

  it.each([
    [1, '1 discrepancy, of which "slipway fsck --repair" mends 1'],
    [20, '20 discrepancies, of which "slipway fsck --repair" mends 20'],
  ])('counts the discrepancies that it left: %i', async (count, said) => {
    expect(await found(count, false)).toMatchObject({ code: 1, err: `slipway: ${said}\n` })
  })
})

it.each([
  [1, '1 file, 5 B'],
  [2, '2 files, 5 B'],
])('slipway pull counts the imported files: %i', async (filesTotal, said) => {
  const job = { id: 'imp_1', repo: 'acme/one', revision: 'r', state: 'READY', filesTotal, bytesTotal: 5, bytesHeld: 0 }
  vi.stubGlobal('fetch', async () => Response.json(job))
  expect((await cli('pull', 'acme/one')).out).toBe(`acme/one  r  ${said}\n`)
})
