import { describe, expect, it } from 'vitest'
import { answersJson, listParts } from '../../../../gpu-service/tasks/write-json.ts'

const { signal } = new AbortController()
const asked = { isList: true, write: (item: unknown) => JSON.stringify(item), signal }

async function collect(json: string | AsyncIterable<string>): Promise<string[]> {
  if (typeof json === 'string') return [json]
  return Array.fromAsync(json)
}

describe('the answers of a request', () => {
  it('are a list, or a single answer if the input was no list', async () => {
    expect(await answersJson({ ...asked, items: [1, 2] })).toBe('[1,2]')
    expect(await answersJson({ ...asked, items: [1] })).toBe('[1]')
    expect(await answersJson({ ...asked, items: [1], isList: false })).toBe('1')
  })

  it('are streamed in pieces if they are long, and join to the same list', async () => {
    const items = Array.from({ length: 2000 }, (_, index) => ({ index, text: 'x'.repeat(500) }))
    const pieces = await collect(await answersJson({ ...asked, items }))
    expect(pieces.length).toBeGreaterThan(5)
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(100_000)
    expect(JSON.parse(pieces.join(''))).toEqual(items)
  })

  it('are streamed in pieces even if a single item is long', async () => {
    const item = Array.from({ length: 20_000 }, (_, at) => ({ at, word: 'ship' }))
    const write = () => listParts(item, (one) => JSON.stringify(one))
    const pieces = await collect(await answersJson({ ...asked, items: [item], isList: false, write }))
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(100_000)
    expect(JSON.parse(pieces.join(''))).toEqual(item)
  })

  it('are no longer written once their caller has left', async () => {
    const leaving = new AbortController()
    const write = () => {
      const untilMs = performance.now() + 2
      while (performance.now() < untilMs);
      return `"${'a'.repeat(1000)}"`
    }
    const items = Array(1000).fill('a')
    const pieces = collect(await answersJson({ ...asked, items, write, signal: leaving.signal }))
    leaving.abort()
    await expect(pieces).rejects.toMatchObject({ code: 'client_closed' })
  })
})
