import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InferenceClient } from '@huggingface/inference'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../../../../../gpu-service/listen.ts'
import { createToken, hashToken } from '../../../../../shared/auth/token.ts'
import { picture, pictureModels, pictureReference } from '../../../../support/picture-models.ts'
import { pictureModel } from '../../support/picture-serving.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'

describe.skipIf(pictureModels === undefined)('a picture over HTTP', () => {
  const token = createToken()
  let host: TestServing
  let server: Server
  let origin = ''
  beforeAll(async () => {
    const models = await Promise.all([pictureModel('tiny-vit'), pictureModel('tiny-clip')])
    host = await startTestServing(models, { adminKeySha256: hashToken(token) })
    origin = await new Promise((resolve) => {
      server = listen({
        fetch: host.serving.app.fetch,
        port: 0,
        onListening: (port) => resolve(`http://127.0.0.1:${port}`),
      })
    })
    expect((server.address() as AddressInfo).port).toBeGreaterThan(0)
  })
  afterAll(async () => {
    server?.close()
    await host?.close()
  })

  const endpoint = (repo: string) => new InferenceClient(token).endpoint(`${origin}/models/${repo}`)
  const post = (repo: string, body: string | Uint8Array<ArrayBuffer>, type: string) =>
    fetch(`${origin}/models/${repo}`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
    })
  const best = (rows: { image: string; scores: number[] }[], image: string, names: string[]) => {
    const scores = rows.find((row) => row.image === image)?.scores ?? []
    return { label: names[scores.indexOf(Math.max(...scores))], score: expect.closeTo(Math.max(...scores), 4) }
  }

  it('is classified for @huggingface/inference, as a Blob with and without a type', async () => {
    const { rows, labels } = pictureReference('tiny-vit')
    for (const type of ['image/jpeg', '']) {
      const data = new Blob([picture('landscape.jpg')], { type })
      const answer = await endpoint('slipway/tiny-vit').imageClassification({ data })
      expect(answer).toHaveLength(5)
      expect(answer[0]).toEqual(best(rows, 'landscape.jpg', labels))
    }
  })

  it('is scored against labels for @huggingface/inference', async () => {
    const labels = ['a house', 'a cat', 'the night']
    const answer = await endpoint('slipway/tiny-clip').zeroShotImageClassification({
      inputs: { image: new Blob([picture('square.webp')]) },
      parameters: { candidate_labels: labels },
    })
    expect(answer.map(({ label }) => label).toSorted()).toEqual(labels.toSorted())
    expect(answer.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 5)
    const python = await post(
      'slipway/tiny-clip',
      JSON.stringify({ inputs: picture('square.webp').toString('base64'), parameters: { candidate_labels: labels } }),
      'application/json',
    )
    expect(await python.json()).toEqual(answer)
  })

  it('may be as large as a phone photo next to labels, while other inputs may not', async () => {
    const photo = Buffer.concat([picture('landscape.jpg'), Buffer.alloc(4_800_000)])
    const parameters = { candidate_labels: ['a house', 'a cat'] }
    const ask = (bytes: Buffer) =>
      endpoint('slipway/tiny-clip').zeroShotImageClassification({ inputs: { image: new Blob([bytes]) }, parameters })
    expect(await ask(photo)).toEqual(await ask(picture('landscape.jpg')))
    const values = JSON.stringify({ inputs: Array(3_000_000).fill(1), parameters })
    const refused = await post('slipway/tiny-clip', values, 'application/json')
    expect([refused.status, await refused.text()]).toEqual([413, expect.stringContaining('a smaller image')])
    await expect(ask(Buffer.alloc(10_000_000))).rejects.toThrow(/larger than the limit of 12582912 bytes/)
  })

  it("is classified in the formats of Python's client", async () => {
    const { rows, labels } = pictureReference('tiny-vit')
    const bytes = await post('slipway/tiny-vit', picture('gray.jpg'), 'image/jpeg')
    const [first] = (await bytes.json()) as { label: string; score: number }[]
    expect(first).toEqual(best(rows, 'gray.jpg', labels))
    const inputs = picture('gray.jpg').toString('base64')
    const json = JSON.stringify({ inputs, parameters: { top_k: 1, function_to_apply: 'softmax' } })
    expect(await (await post('slipway/tiny-vit', json, 'application/json')).json()).toEqual([first])
    const task = await post('slipway/tiny-vit/pipeline/image-classification', json, 'application/json')
    expect(await task.json()).toEqual([first])
  })

  it('that is broken gives an error that the client shows', async () => {
    const data = new Blob([picture('broken-truncated.jpg')], { type: 'image/jpeg' })
    await expect(endpoint('slipway/tiny-vit').imageClassification({ data })).rejects.toThrow(/cannot be read/)
  })

  it('has its preprocessing, labels and size described by /info', async () => {
    const response = await fetch(`${origin}/info`, { headers: { authorization: `Bearer ${token}` } })
    const text = await response.text()
    for (const part of ['harbour', 'bicubic', 'shortestEdge', '0.48145466', 'softmax']) expect(text).toContain(part)
  })
})
