import { describe, expect, it } from 'vitest'
import { outlineOf } from '../../../../../gpu-service/protocols/oip/json-outline.ts'
import { tensorsMax } from '../../../../../gpu-service/protocols/oip/limits.ts'
import { countTurns } from '../../../../support/count-turns.ts'

const { signal } = new AbortController()
const outline = (text: string) => outlineOf(Buffer.from(text), signal)
const lists = (count: number) => `{"inputs":[${Array(count).fill('{"data":[7]}').join(',')}]}`

/** The result or error, the CPU time it took, and how often others got a turn. */
async function watched(text: string) {
  const bytes = Buffer.from(text)
  const turns = countTurns()
  const before = process.threadCpuUsage()
  const ended = await outlineOf(bytes, signal).catch((error: unknown) => error)
  const cpuMs = process.threadCpuUsage(before).user / 1000
  return { ended, turns: turns(), cpuMs }
}

describe('outlineOf', () => {
  it('accepts as many element lists as a request may have inputs', async () => {
    const { text, data } = await outline(lists(tensorsMax))
    expect(data.size).toBe(tensorsMax)
    expect(JSON.parse(text).inputs.at(-1)).toEqual({ data: tensorsMax - 1 })
  })

  it('takes the elements of the last "inputs" and the last "data", as JSON.parse does', async () => {
    const { data } = await outline('{"inputs":[{"data":[1]},{"data":[1]}],"inputs":[{"data":[1],"data":[2,2]}]}')
    expect([...data].map(([input, { dims }]) => [input, dims])).toEqual([[0, [2]]])
  })

  it('refuses a million element lists at the first one too many', async () => {
    const { ended, cpuMs } = await watched(lists(1_000_000))
    expect(ended).toMatchObject({ code: 'invalid_input', param: 'inputs' })
    expect(cpuMs).toBeLessThan(25)
  })

  it('refuses an oversized text outside the elements without reading to its end', async () => {
    const { ended, cpuMs } = await watched(`{"id":"${'x'.repeat(60_000_000)}","inputs":[]}`)
    expect(ended).toMatchObject({ status: 413 })
    expect(cpuMs).toBeLessThan(25)
  })

  it('yields the event loop while reading elements that are one giant text', async () => {
    const body = `{"inputs":[{"data":["${'\\"],['.repeat(6_000_000)}"]}]}`
    const { ended, turns } = await watched(body)
    expect(ended).toMatchObject({ data: new Map([[0, { dims: [1] }]]) })
    expect(turns).toBeGreaterThan(body.length / (256 * 1024))
  })

  it('reads a text whose last backslash or quote is at the edge of a slice', async () => {
    for (let length = 128 * 1024 - 30; length < 128 * 1024 + 10; length++) {
      const { text, data } = await outline(`{"inputs":[{"data":["${'x'.repeat(length)}\\"]","[,"]}]}`)
      expect(text).toBe('{"inputs":[{"data":0}]}')
      expect(data.get(0)?.dims).toEqual([2])
    }
  })
})
