import { beforeEach, describe, expect, it } from 'vitest'
import { keys } from '../../../shared/table/keys.ts'
import { failureOf, freshDeployments, servableFor } from './support/fresh-deployments.ts'

const fresh = freshDeployments('one-task')
const { create, read, patch, alias } = fresh

const file = 'model.onnx'
let of: Record<'vectors' | 'alike' | 'labels', string>
let labelsRevision: string
beforeEach(async () => {
  const { host } = fresh
  const { repo, first } = fresh.of
  const alike = await host.commit(repo, { [file]: '3' }, { metadata: servableFor('sentence-similarity', file) })
  labelsRevision = await host.commit(repo, { [file]: '4' }, { metadata: servableFor('text-classification', file) })
  of = { vectors: `${repo}@${first}`, alike: `${repo}@${alike}`, labels: `${repo}@${labelsRevision}` }
})

describe('the targets of a deployment', () => {
  it('share a task, under any of its names, and so does the shadow', async () => {
    const targets = [{ target: of.vectors }, { target: of.alike, weight: 0 }]
    expect((await create({ targets, shadow: { target: of.alike, percent: 1 } })).status).toBe(201)
  })

  it.each([
    ['a target', () => ({ targets: [{ target: of.vectors }, { target: of.labels }] }), 'targets'],
    ['one without weight', () => ({ targets: [{ target: of.vectors }, { target: of.labels, weight: 0 }] }), 'targets'],
    ['a shadow', () => ({ shadow: { target: of.labels, percent: 1 } }), 'shadow'],
  ])('cannot include %s of another task, at creation or change', async (_what, asked, param) => {
    const refused = await create({ ...(param === 'shadow' && { target: of.vectors }), ...asked() })
    expect(failureOf(refused)).toEqual([400, 'invalid_request'])
    expect(refused.body.error.message).toContain('served as feature-extraction')
    expect(refused.body.error.message).toContain(`"${of.labels}" is served as text-classification`)
    await create({ target: of.vectors })
    expect((await patch(asked())).body.error).toMatchObject({ code: 'invalid_request', param })
    expect((await read()).body).toMatchObject({ version: 1, targets: [{ target: of.vectors }] })
  })

  it('can change to another task together', async () => {
    await create({ target: of.vectors, shadow: { target: of.alike, percent: 1 } })
    expect(failureOf(await patch({ target: of.labels }))).toEqual([400, 'invalid_request'])
    expect((await patch({ target: of.labels, shadow: null })).body).toMatchObject({ task: 'text-classification' })
  })

  it('with different tasks from before this rule can be changed otherwise', async () => {
    const { host } = fresh
    await create({ targets: [{ target: of.vectors }, { target: of.alike }] })
    const { pk, sk } = keys.deployment(fresh.of.name)
    await host.table.update(
      { pk, sk },
      { expression: 'SET targets[1].task = :task', values: { ':task': 'text-classification' } },
    )
    expect((await patch({ idleSeconds: 60 })).body).toMatchObject({ idleSeconds: 60 })
  })

  it('do not follow an alias to another task unless all of them do', async () => {
    const { repo, first } = fresh.of
    await alias('POST', 'champion', first)
    await create({ targets: [{ target: of.vectors }, { target: `${repo}@champion` }] })
    await alias('PATCH', 'champion', labelsRevision)
    const stuck = (await read()).body
    expect(stuck.targets[1]).toMatchObject({ revision: first, task: 'feature-extraction' })
    expect(stuck.targets[1].followFault).toMatch(/alias "champion" names .* served as text-classification/)
    await alias('PATCH', 'champion', first)
    await patch({ targets: [{ target: `${repo}@champion` }, { target: `${repo}@champion`, weight: 2 }] })
    await alias('PATCH', 'champion', labelsRevision)
    expect((await read()).body).toMatchObject({
      task: 'text-classification',
      targets: [{ revision: labelsRevision }, { revision: labelsRevision }],
    })
  })
})
