import { describe, expect, it } from 'vitest'
import { keys } from '../../../shared/table/keys.ts'
import { failureOf, freshDeployments, ifMatch, servable } from './support/fresh-deployments.ts'

const fresh = freshDeployments('changed')
const { create, read, patch, remove, say } = fresh

describe('a changed deployment', () => {
  it('changes only the given fields, only for writers, and only from the version in If-Match', async () => {
    const limits = { requestsPerSecond: 5, concurrency: 8 }
    expect((await create({ limits, max: 4 })).body).toMatchObject({ limits, max: 4 })
    expect((await patch({ limits: null, min: 0, idleSeconds: 60 })).body).toMatchObject({ min: 0, max: 4, version: 2 })
    expect((await read()).body).not.toHaveProperty('limits')
    expect(failureOf(await patch({ min: 1 }, ifMatch('"1"')))).toEqual([412, 'precondition_failed'])
    expect(await patch({ min: 1 }, ifMatch('"2"'))).toMatchObject({ status: 200, body: { min: 1, version: 3 } })
    expect(failureOf(await patch({}))).toEqual([400, 'invalid_request'])
    expect(failureOf(await patch({ min: 1 }, { as: 'reader' }))).toEqual([403, 'missing_scope'])
    expect(failureOf(await patch({ min: 1 }, { as: 'eve' }))).toEqual([404, 'deployment_not_found'])
    const twice = await Promise.all(Array.from({ length: 10 }, () => patch({ min: 2 }, ifMatch('"3"'))))
    expect(twice.map(({ status }) => status).toSorted()).toEqual([200, ...Array(9).fill(412)])
  })

  it('resolves a target again if it is named again, and drops its file if only a precision is given', async () => {
    const { host } = fresh
    const { repo, first, second } = fresh.of
    await create()
    const third = await host.commit(
      repo,
      { 'model.onnx': '3' },
      { metadata: servable('model.onnx', 'model_int8.onnx') },
    )
    expect((await patch({ idleSeconds: 5 })).body.revision).toBe(second)
    expect((await patch({ precision: 'int8' })).body).toMatchObject({ revision: third, file: 'model_int8.onnx' })
    expect((await patch({ file: 'model.onnx' })).body).toMatchObject({ file: 'model.onnx' })
    expect((await patch({ file: 'model.onnx' })).body).not.toHaveProperty('precision')
    await patch({ targets: [{ target: repo }, { target: `${repo}@${first}` }] })
    expect(failureOf(await patch({ precision: 'fp32' }))).toEqual([400, 'invalid_request'])
  })

  it('keeps its requested task until its target is named again without one', async () => {
    const { repo } = fresh.of
    const { task } = (await create()).body
    expect(task).not.toBe('tensors')
    const asTensors = { task: 'tensors', wantedTask: 'tensors' }
    expect((await patch({ task: 'tensors' })).body).toMatchObject({ task: 'tensors', targets: [asTensors] })
    expect((await patch({ precision: 'fp32' })).body).toMatchObject({ targets: [{ precision: 'fp32', ...asTensors }] })
    expect((await patch({ target: repo })).body).toMatchObject({ task })
    expect((await read()).body.targets[0]).not.toHaveProperty('wantedTask')
    expect(failureOf(await patch({ task: 'guessing' }))).toEqual([400, 'invalid_request'])
    expect(failureOf(await patch({ targets: [{ target: repo }], task: 'tensors' }))).toEqual([400, 'invalid_request'])
  })

  it('can be paused and resumed repeatedly', async () => {
    await create()
    expect((await say('pause')).body).toMatchObject({ state: 'PAUSED', version: 2, targets: [{ state: 'PAUSED' }] })
    expect((await say('pause')).body).toMatchObject({ state: 'PAUSED', version: 2 })
    expect((await say('resume')).body).toMatchObject({ state: 'PENDING', version: 3 })
    expect(failureOf(await say('pause', { as: 'eve' }))).toEqual([404, 'deployment_not_found'])
  })

  it('from before there were several targets can be read, changed and deleted', async () => {
    const { host } = fresh
    const { repo, first, name } = fresh.of
    await create()
    const { pk, sk } = keys.deployment(name)
    await host.table.update({ pk, sk }, { expression: 'REMOVE targets, #version', names: { '#version': 'version' } })
    expect((await read()).body).toMatchObject({ version: 0, pool: 'default', min: 1, targets: [{ weight: 1 }] })
    expect((await patch({ target: `${repo}@${first}` })).body).toMatchObject({ revision: first, version: 1 })
    expect((await remove()).status).toBe(204)
    expect((await read()).status).toBe(404)
  })

  it('is deleted only from the version in If-Match', async () => {
    await create()
    await patch({ min: 2 })
    expect(failureOf(await remove(ifMatch('"1"')))).toEqual([412, 'precondition_failed'])
    expect((await read()).body).toMatchObject({ min: 2, version: 2 })
    const races = await Promise.all([patch({ min: 3 }, ifMatch('"2"')), remove(ifMatch('"2"'))])
    // Whichever came second was refused.
    expect(races.filter(({ status }) => status < 300)).toHaveLength(1)
    const { status, body } = await read()
    expect(status === 404 || body.version === 3).toBe(true)
    if (status === 200) expect((await remove(ifMatch('"3"'))).status).toBe(204)
    expect((await read()).status).toBe(404)
  })
})
