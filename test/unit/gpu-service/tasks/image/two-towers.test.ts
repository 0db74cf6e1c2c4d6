import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pruneGraph } from '../../../../../gpu-service/models/prune-graph.ts'
import { filesIn } from '../../../../support/files-in.ts'
import { picture, pictureModelFiles, pictureModels, pictureReference } from '../../../../support/picture-models.ts'
import { startTestServing, type TestModel, type TestServing } from '../../support/test-serving.ts'
import { askPipeline } from '../../support/tiny-models.ts'
import { tokenVector, twoTowerFiles, twoTowerModel } from '../../support/two-towers.ts'

const task = 'zero-shot-image-classification'
const vision = 'onnx/vision_model.onnx'
const colour = { r: 250, g: 130, b: 40 }
const labels = { 'the sun': [2, 5, 15, 3], 'a red cat': [2, 6, 32, 26, 3], x: [2, 51, 3] }

const lengthOf = (vector: number[]) => Math.hypot(...vector)
const product = (one: number[], other: number[]) => one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0)
const cosine = (one: number[], other: number[]) => product(one, other) / lengthOf(one) / lengthOf(other)
const textVector = (ids: number[]) => [0, 1, 2].map((at) => Math.max(...ids.map((id) => tokenVector(id)[at] ?? 0)))
const imageVector = Object.values(colour).map((value) => value / 255)

function softmax(logits: number[]) {
  const parts = logits.map((value) => Math.exp(value - Math.max(...logits)))
  return parts.map((part) => part / parts.reduce((sum, value) => sum + value, 0))
}

const expectNear = (found: number[], wanted: number[], within = 1e-5) => {
  expect(found).toHaveLength(wanted.length)
  for (const [at, value] of wanted.entries()) expect(Math.abs((found[at] ?? 9) - value)).toBeLessThan(within)
}

/** The tiny CLIP cut into two files, as exporters do. */
async function realTowers(): Promise<TestModel> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-test-'))
  const { 'onnx/model.onnx': joint, ...others } = await pictureModelFiles('tiny-clip')
  const path = join(folder, 'model.onnx')
  await writeFile(path, joint ?? '')
  const towers = { text_model: 'text_embeds', vision_model: 'image_embeds' }
  for (const [name, output] of Object.entries(towers)) {
    const part = await pruneGraph({ path, part: { outputs: [output] } })
    const { [part.path.slice(folder.length + 1)]: graph } = await filesIn(folder)
    others[`onnx/${name}.onnx`] = graph ?? Buffer.of()
  }
  await rm(folder, { recursive: true })
  return { name: 'real', repo: 'slipway/two-files', task, file: vision, files: others }
}

let host: TestServing
beforeAll(async () => {
  const { 'onnx/text_model.onnx': _, ...alone } = await twoTowerFiles()
  const siglip = Buffer.from(JSON.stringify({ model_type: 'siglip' }))
  host = await startTestServing([
    await twoTowerModel({ name: 'towers', task, file: vision }),
    await twoTowerModel({ name: 'by-text', task, file: 'onnx/text_model.onnx' }),
    await twoTowerModel({ name: 'pictures', task: 'image-feature-extraction', file: vision }),
    await twoTowerModel({ name: 'texts', task: 'feature-extraction', file: 'onnx/text_model.onnx' }),
    await twoTowerModel({ name: 'siglip', task, file: vision, files: { 'config.json': siglip } }),
    { name: 'half', repo: 'slipway-tests/half', task, file: vision, files: alone },
    ...(pictureModels === undefined ? [] : [await realTowers()]),
  ])
})
afterAll(() => host?.close())

const ask = (name: string, json: unknown) => askPipeline(host, name, json)
const answerOf = async <Answer>(path: string, request?: { json: unknown }) =>
  (await (await host.ask(path, request)).json()) as Answer
const solid = async () =>
  (
    await sharp({ create: { width: 9, height: 5, channels: 3, background: colour } })
      .png()
      .toBuffer()
  ).toString('base64')
const vectorsOf = async (model: string, input: string[]) => {
  const { data } = await answerOf<{ data: { embedding: number[] }[] }>('/v1/embeddings', { json: { model, input } })
  expect(data).toHaveLength(input.length)
  return data.map(({ embedding }) => embedding)
}

describe('a CLIP in two files', () => {
  it('chooses among labels by the cosine of both vectors, whichever file is deployed', async () => {
    const names = Object.keys(labels)
    const scores = softmax(Object.values(labels).map((ids) => 100 * cosine(imageVector, textVector(ids))))
    const wanted = names.map((label, at) => ({ label, score: scores[at] ?? 9 })).sort((a, b) => b.score - a.score)
    const json = {
      inputs: await solid(),
      parameters: { candidate_labels: names, hypothesis_template: '{}' },
    }
    for (const name of ['towers', 'by-text', 'towers']) {
      const { status, body } = await ask(name, json)
      expect(status).toBe(200)
      expect(body.map(({ label }: { label: string }) => label)).toEqual(wanted.map(({ label }) => label))
      expectNear(
        body.map(({ score }: { score: number }) => score),
        wanted.map(({ score }) => score),
        1e-4,
      )
    }
  })

  it('returns text vectors, jointly or as a text model, and picture vectors', async () => {
    const texts = Object.keys(labels)
    for (const name of ['towers', 'texts'])
      for (const [at, vector] of (await vectorsOf(name, texts)).entries())
        expectNear(vector, textVector(Object.values(labels)[at] ?? []))
    const { body } = await ask('pictures', { inputs: await solid() })
    expectNear(body[0], imageVector)
  })

  it('reports which files it uses, and its scale', async () => {
    expect(await answerOf('/api/v1/predict/towers/info')).toMatchObject({
      files: [vision, 'onnx/text_model.onnx'],
      logitScale: 100,
    })
  })

  it('accepts the tensors of the deployed file', async () => {
    const { inputs } = await answerOf<{ inputs: { name: string }[] }>('/v2/models/by-text')
    expect(inputs.map(({ name }) => name)).toEqual(['input_ids', 'attention_mask'])
  })

  it.each([
    ['half', 'onnx/text_model.onnx'],
    ['siglip', 'siglip'],
  ])('is refused if something is missing: %s', async (name, hint) => {
    const { status, body } = await ask(name, { inputs: await solid(), parameters: { candidate_labels: ['a'] } })
    expect(status).toBe(422)
    expect(JSON.stringify(body)).toContain(hint)
  })

  it.skipIf(pictureModels === undefined)(
    'matches the vectors of transformers, and the scores computed from them',
    async () => {
      const { rows, texts, text_embeds: vectors } = pictureReference('tiny-clip')
      const names = texts.filter((text) => text !== '')
      for (const [at, vector] of (await vectorsOf('real', names)).entries()) expectNear(vector, vectors[at] ?? [], 1e-4)
      for (const { image, image_embed: seen } of rows) {
        const { body } = await ask('real', {
          inputs: picture(image).toString('base64'),
          parameters: { candidate_labels: names, hypothesis_template: '{}' },
        })
        const scores = softmax(names.map((_, at) => 100 * cosine(seen, vectors[at] ?? [])))
        for (const { label, score } of body)
          expect(Math.abs(score - (scores[names.indexOf(label)] ?? 9))).toBeLessThan(1e-3)
      }
    },
  )
})
