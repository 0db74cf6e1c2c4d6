import { expect, it } from 'vitest'
import { rowTraffic, slow } from '../../support/row-traffic.ts'
import { deployTargets, publishTarget } from '../../support/test-deployments.ts'
import { embedderModel, irisModel } from '../../support/test-models.ts'
import type { TestServing } from '../../support/test-serving.ts'

let host: TestServing
const { answers } = rowTraffic((started) => {
  host = started
})

const json = { inputs: [{ name: 'X', datatype: 'FP32', shape: [1, 4], data: [5.1, 3.5, 1.4, 0.2] }] }
const infer = (path: string) => host.ask(`/v2/models/${path}/infer`, { json })
const times = <Result>(count: number, ask: () => Promise<Result>) => Promise.all(Array.from({ length: count }, ask))

it('answers a named version from its own target every time, and lists all versions', async () => {
  const model = await irisModel()
  const a = await publishTarget(host, model, { ref: 'a', weight: 80 })
  const b = await publishTarget(host, model, { ref: 'b', weight: 20 })
  await deployTargets(host, { name: 'versions', targets: [a, b] })
  await answers('versions')
  for (const { ref, revision } of [a, b])
    for (const version of [ref, revision]) {
      const answer = async () =>
        (await (await infer(`versions/versions/${version}`)).json()) as { model_version: string }
      await expect.poll(async () => (await answer()).model_version, slow).toBe(revision)
      const told = await times(20, answer)
      expect(new Set(told.map(({ model_version }) => model_version))).toEqual(new Set([revision]))
    }
  const about = (await (await host.ask('/v2/models/versions')).json()) as { versions: string[] }
  expect(about.versions).toEqual([a.revision, b.revision])
  expect((await infer('versions/versions/c')).status).toBe(404)
})

it('reads and answers each request with one target', async () => {
  const rows = await publishTarget(host, await irisModel(), { weight: 50 })
  const texts = await publishTarget(host, await embedderModel(), { weight: 50 })
  await deployTargets(host, { name: 'halves', targets: [rows, texts] })
  await expect.poll(async () => (await infer(`halves/versions/${texts.revision}`)).status, slow).toBe(400)
  const statuses = await times(200, async () => (await infer('halves')).status)
  expect(new Set(statuses)).toEqual(new Set([200, 400]))
  // If each step had chosen a target anew, only one in eight would have been answered.
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(60)
})

it('is asked by the name of its repo for what each of its deployments does, whichever is newer', async () => {
  const model = await embedderModel()
  const repo = 'team/twofold'
  const target = await publishTarget(host, { ...model, repo })
  await deployTargets(host, { name: 'twofold', targets: [target] })
  await deployTargets(host, { name: 'twofold-tensors', targets: [{ ...target, task: 'tensors' }] })
  for (const name of ['twofold', 'twofold-tensors'])
    await expect.poll(async () => (await host.ask(`/v2/models/${name}/ready`)).status, slow).toBe(200)
  const statusOf = async (path: string, body: object) => (await host.ask(path, { json: body })).status
  expect(await statusOf('/v1/embeddings', { model: repo, input: 'a text' })).toBe(200)
  expect(await statusOf(`/models/${repo}/embed`, { inputs: 'a text' })).toBe(200)
  expect(await statusOf(`/models/${repo}/pipeline/feature-extraction`, { inputs: 'a text' })).toBe(200)
  const tensor = (name: string) => ({ name, datatype: 'INT64', shape: [1, 2], data: [1, 1] })
  const about = (await (await host.ask('/v2/models/twofold-tensors')).json()) as { inputs: { name: string }[] }
  const inputs = about.inputs.map(({ name }) => tensor(name))
  expect(await statusOf(`/v2/models/${repo}/infer`, { inputs })).toBe(200)
})
