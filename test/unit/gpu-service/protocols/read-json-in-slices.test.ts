import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { readJsonInSlices } from '../../../../gpu-service/protocols/read-json-in-slices.ts'
import { countTurns } from '../../../support/count-turns.ts'

/** The result or error, and how often others got a turn. */
async function read(body: string) {
  let turns = 0
  const app = new Hono()
  let ended: unknown
  app.post('/', async (context) => {
    await context.req.arrayBuffer()
    const turnsUntil = countTurns()
    ended = await readJsonInSlices(context, z.unknown()).catch((error: unknown) => error)
    turns = turnsUntil()
    return context.text('')
  })
  await app.request('/', { method: 'POST', body })
  return { ended, turns }
}

const inputs = Array.from({ length: 1_000_000 }, () => [1])

describe('a JSON body', () => {
  it('of megabytes is parsed in slices that yield the event loop, with the usual result', async () => {
    const { ended, turns } = await read(JSON.stringify({ inputs }))
    expect(ended).toEqual({ inputs })
    expect(turns).toBeGreaterThan(5)
  })

  it.each([
    ['is no JSON', JSON.stringify({ inputs }).slice(0, -1), { code: 'invalid_json' }],
    ['holds a name twice', `{"inputs":${JSON.stringify(inputs)},"inputs":1}`, { message: /"inputs" twice/ }],
    ['ends in half a character', `[${JSON.stringify(inputs)},"\\ud800"]`, { param: '[1]' }],
  ])('that %s gets the usual error, and still yields the event loop', async (_what, body, error) => {
    const { ended, turns } = await read(body)
    const message = 'message' in error ? { message: expect.stringMatching(error.message) } : {}
    expect(ended).toMatchObject({ ...error, ...message })
    expect(turns).toBeGreaterThan(5)
  })

  it('that is short is parsed in one turn', async () => {
    expect(await read('{"inputs":[1,2,3]}')).toEqual({ ended: { inputs: [1, 2, 3] }, turns: 0 })
  })
})
