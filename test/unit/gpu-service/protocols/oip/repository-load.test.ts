import { afterAll, describe, expect, it } from 'vitest'
import { tensorsModel } from '../../support/oip-requests.ts'
import { done, said, slow, startRepository } from '../../support/repository-orders.ts'
import { deployTargets, publishTarget } from '../../support/test-deployments.ts'
import { brokenModel } from '../../support/test-models.ts'
import { simpleGraph } from '../../support/tiny-graphs.ts'

const { host, order, isReady, indexed, infer, metric, sleeping, change } = await startRepository()
afterAll(() => host.close())

describe('loading a model', () => {
  it('answers once it is in memory, under any name, and loads once for concurrent callers', async () => {
    await sleeping('wanted')
    const before = await metric('models_resident')
    const names = ['wanted', 'triton/wanted', 'triton%2Fwanted', 'triton/wanted@main', 'wanted']
    const answers = await Promise.all(names.map((name) => order('load', name)))
    for (const answer of answers) expect(answer).toMatchObject(done)
    expect(await metric('models_resident')).toBe(before + 1)
    expect(await metric('model_loading_duration_seconds_count{deployment="wanted"')).toBe(1)
    expect(await order('load', 'wanted')).toMatchObject(done)
    expect(await metric('model_loading_duration_seconds_count{deployment="wanted"')).toBe(1)
  })

  it('works for a deployment that was just made', async () => {
    const target = await publishTarget(host, tensorsModel('new', simpleGraph()))
    await deployTargets(host, { name: 'new', targets: [target] })
    await expect.poll(async () => (await order('load', 'new')).status, slow).toBe(200)
    expect((await infer('new')).status).toBe(200)
  })

  it('answers why it cannot be loaded, for as long as it cannot', async () => {
    const target = await publishTarget(host, await brokenModel())
    await deployTargets(host, { name: 'broken', targets: [target], min: 0 })
    await expect.poll(async () => (await order('load', 'broken')).body, slow).toEqual(said('could not be loaded'))
    expect(await indexed('broken')).toEqual({ state: 'UNAVAILABLE', reason: expect.stringContaining('model.onnx') })
    expect(await isReady('broken')).toMatchObject({ status: 503, ready: false })
  })

  it('is refused while its deployment is paused', async () => {
    await sleeping('paused')
    await change('paused', { isPaused: true })
    await expect.poll(async () => (await order('load', 'paused')).status, slow).toBe(409)
    expect(await indexed('paused')).toEqual({ state: 'UNAVAILABLE', reason: 'its deployment is paused' })
    expect(await order('unload', 'paused')).toMatchObject(done)
  })

  it('refuses files and configuration from the caller', async () => {
    await sleeping('own')
    for (const name of ['config', 'file:1/model.onnx'])
      expect(await order('load', 'own', { json: { parameters: { [name]: '{}' } } })).toMatchObject({
        status: 501,
        body: said(`"parameters.${name}" is not supported`),
      })
    expect(await order('load', 'own', { body: 'not JSON' })).toMatchObject({ status: 400, body: said('JSON') })
    expect(await order('load', 'own', { json: { parameters: 3 } })).toMatchObject({ status: 400 })
    expect(await order('load', 'own', { body: '{"parameters": {"a": 1}, "parameters": {}}' })).toMatchObject({
      status: 400,
      body: said('"parameters" twice'),
    })
    expect(await order('load', 'own', { body: new Uint8Array([0x22, 0xff, 0x22]) })).toMatchObject({ status: 400 })
    for (const body of [undefined, '', ' \n'])
      expect(await order('load', 'own', body === undefined ? {} : { body })).toMatchObject(done)
  })

  it("fails in Triton's words for a model that is not deployed", async () => {
    expect(await order('load', 'none')).toMatchObject({ status: 404, body: said('failed to load "none"') })
    expect(await order('unload', 'none')).toMatchObject({ status: 404, body: said('POST /api/v1/deployments') })
  })
})
