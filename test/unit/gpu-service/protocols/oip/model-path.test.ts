import { afterAll, beforeAll, expect, it } from 'vitest'
import { irisModel } from '../../support/test-models.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'

let host: TestServing
beforeAll(async () => {
  const iris = await irisModel()
  host = await startTestServing([
    { ...iris, name: 'one', repo: 'owner/ready' },
    { ...iris, name: 'taken', repo: 'team/iris' },
    { ...iris, name: 'two', repo: 'taken/config' },
  ])
})
afterAll(() => host.close())

const get = async (path: string) => (await host.ask(`/v2/models/${path}`)).json()

it('finds a model whose name is the name of an action, and every action on it', async () => {
  expect(await get('owner/ready')).toMatchObject({ name: 'owner/ready', platform: 'onnx_onnxv1' })
  expect(await get('owner/ready/ready')).toEqual({ name: 'owner/ready', ready: true })
  expect(await get('owner/ready/versions/1')).toMatchObject({ name: 'owner/ready', platform: 'onnx_onnxv1' })
})

it('prefers the action if a deployment has the shorter name', async () => {
  expect(await get('taken/ready')).toEqual({ name: 'taken', ready: true })
  expect(await get('taken/config')).toMatchObject({ name: 'taken', max_batch_size: expect.any(Number) })
})
