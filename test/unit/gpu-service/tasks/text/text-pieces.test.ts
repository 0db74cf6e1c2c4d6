import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTextEncoder } from '../../../../../gpu-service/tasks/text/text-encoder.ts'
import { gatherTokens, piecesOf } from '../../../../../gpu-service/tasks/text/text-pieces.ts'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { yieldTurnFor } from '../../../../../gpu-service/yield-turn.ts'
import { fixtureModel } from '../../support/folders.ts'

const file = JSON.parse(readFileSync(join(fixtureModel('slipway-tests/tiny-embedder'), 'tokenizer.json'), 'utf8'))
const tokenizer = createTokenizer(file, {})
const { signal } = new AbortController()
const yieldTurn = yieldTurnFor(signal)

describe('a long text in pieces', () => {
  const parts = fc.array(
    fc.constantFrom('the ', 'sun', ' shines  ', '\n', '中文', '😀', 'harbour ', 'x'.repeat(90), '. '),
    {
      minLength: 500,
      maxLength: 2500,
    },
  )

  it('has the same tokens and positions as the whole', async () => {
    await fc.assert(
      fc.asyncProperty(parts, async (strings) => {
        const text = strings.join('')
        const tokensOf = (piece: { start: number; end: number }) => tokenizer.spanned(text, piece)
        const tokens = await gatherTokens({ text, from: 'start', tokensOf, yieldTurn })
        expect(tokens).toEqual(tokensOf({ start: 0, end: text.length }))
      }),
      { numRuns: 15 },
    )
  })

  it('loses nothing and splits no surrogate pair, even without spaces', () => {
    const text = '😀'.repeat(50_000)
    const pieces = [...piecesOf(text)]
    expect(pieces.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text)
    for (const { start, end } of pieces) expect(text.slice(start, end).isWellFormed()).toBe(true)
  })

  it.each(['😀', 'a', ' ', '\ud800', '.', '中'])('a megabyte of %j leaves the event loop free', async (unit) => {
    const text = unit.repeat(1_000_000 / unit.length)
    // CPU time of this thread, because others use the machine.
    const usedMs = () => (process.threadCpuUsage().user + process.threadCpuUsage().system) / 1000
    let longestMs = 0
    let turns = 0
    let lastMs = usedMs()
    const ticker = setInterval(() => {
      turns++
      longestMs = Math.max(longestMs, usedMs() - lastMs)
      lastMs = usedMs()
    }, 1)
    const limited = createTextEncoder({ tokenizer, maxTokens: 512 })
    const outcome = limited.locate({ text, truncation: { truncate: false }, yieldTurn }).catch(({ code }) => code)
    await outcome
    clearInterval(ticker)
    expect(turns).toBeGreaterThan(1)
    expect(longestMs).toBeLessThan(150)
    const { ids } = await limited.encode({ text, truncation: { truncate: true, direction: 'left' }, yieldTurn })
    expect(ids.length).toBeLessThanOrEqual(512)
  })
})
