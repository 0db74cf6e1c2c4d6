import { once } from 'node:events'
import { serve as listen } from '@hono/node-server'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { BodyRoom } from '../../../../gpu-service/protocols/body-room.ts'
import { guardPredictions } from '../../../../gpu-service/protocols/prediction-guard.ts'
import { answerAsAsked } from '../../../../gpu-service/protocols/protocol-errors.ts'
import type { ServingEnvironment } from '../../../../gpu-service/protocols/serving-environment.ts'
import type { ServingParts } from '../../../../gpu-service/protocols/serving-parts.ts'
import { platformEnvelope } from '../../../../shared/http/envelopes.ts'
import { answerErrors } from '../../../../shared/http/error-handler.ts'

function serve(maxBytes: number) {
  const bodies = new BodyRoom({ maxBytes })
  const app = new Hono<ServingEnvironment>()
  let go = () => {}
  const gone = new Promise<void>((resolve) => {
    go = resolve
  })
  app.onError(answerAsAsked(answerErrors(platformEnvelope)))
  const parts = {
    verify: async (userId: string | undefined) => ({ userId, scopes: ['infer'] }),
    admission: { assertRoom() {}, bodies },
  } as unknown as ServingParts
  const guard = guardPredictions({ parts, answerError: answerErrors(platformEnvelope), bodyMaxBytes: () => maxBytes })
  app.post('/', guard, async (context) => {
    const { byteLength } = await context.req.arrayBuffer()
    await gone
    return context.text(String(byteLength))
  })
  const post = (bytes: number, { caller = 'a', isAnnounced = true } = {}) =>
    app.request('/', {
      method: 'POST',
      body: new Uint8Array(bytes),
      headers: { 'x-api-key': caller, ...(isAnnounced && { 'content-length': String(bytes) }) },
    })
  return { app, bodies, post, go }
}

describe('the bodies of requests in flight', () => {
  it.each([true, false])(
    'share one memory limit, with or without a content-length (%s), and free their room at the end',
    async (isAnnounced) => {
      const { bodies, post, go } = serve(1000)
      const first = post(700, { isAnnounced })
      await expect.poll(() => bodies.heldBytes).toBe(700)
      expect((await post(400, { caller: 'b', isAnnounced })).status).toBe(429)
      const second = post(300, { caller: 'b', isAnnounced })
      await expect.poll(() => bodies.heldBytes).toBe(1000)
      go()
      expect([await (await first).text(), await (await second).text()]).toEqual(['700', '300'])
      expect(bodies.heldBytes).toBe(0)
      expect((await post(700, { isAnnounced })).status).toBe(200)
    },
  )

  it('of one caller leave room for others', async () => {
    const { bodies, post, go } = serve(1000)
    const first = post(700)
    await expect.poll(() => bodies.heldBytes).toBe(700)
    expect((await post(100)).status).toBe(429)
    const other = post(100, { caller: 'b' })
    go()
    expect([(await first).status, (await other).status]).toEqual([200, 200])
  })

  it('are counted over HTTP too if they come in chunks', async () => {
    const { app, bodies, go } = serve(100_000)
    const server = listen({ fetch: app.fetch, port: 0 })
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('it has no port')
    const post = (bytes: number, caller: string) =>
      fetch(`http://localhost:${address.port}/`, {
        method: 'POST',
        body: new Blob([new Uint8Array(bytes)]).stream(),
        duplex: 'half',
        headers: { 'x-api-key': caller },
      })
    const first = post(70_000, 'a')
    await expect.poll(() => bodies.heldBytes).toBe(70_000)
    expect((await post(40_000, 'b')).status).toBe(429)
    go()
    expect(await (await first).text()).toBe('70000')
    expect(bodies.heldBytes).toBe(0)
    server.close()
  })
})
