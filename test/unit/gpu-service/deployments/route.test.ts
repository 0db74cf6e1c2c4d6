import { describe, expect, it } from 'vitest'
import { InferenceStatistics } from '../../../../gpu-service/batcher/inference-statistics.ts'
import { createRouter, type Operable } from '../../../../gpu-service/deployments/route.ts'
import { admin, member } from '../../../support/principals.ts'

const revision = (letter: string) => letter.repeat(40)
const service = {} as never

function slot(name: string, item: Partial<Operable['item']>, rest: Partial<Operable> = {}): Operable {
  const repo = item.repo ?? 'team/minilm'
  const ref = item.ref ?? 'main'
  return {
    item: {
      name,
      owner: 'team',
      repo,
      repoId: repo,
      ref,
      target: `${repo}@${ref}`,
      revision: revision('a'),
      task: 'feature-extraction',
      file: 'model.onnx',
      createdAt: '2026-11-20T00:00:00.000Z',
      createdBy: 'u',
      ...item,
    },
    state: 'READY',
    reason: undefined,
    served: {
      task: 'feature-extraction',
      describe: {},
      service,
      queues: [],
      statistics: new InferenceStatistics(Date.now),
      hold: () => () => {},
    },
    choose() {
      return this
    },
    load: async () => {},
    unload: async () => {},
    isUnloaded: false,
    ...rest,
  }
}

const byName = (...all: Operable[]) => new Map(all.map((one) => [one.item.name, one]))

const slots = [
  slot('minilm', {}),
  slot('minilm-v2', { ref: 'v2', revision: revision('b') }),
  slot('other', { repo: 'team/other', ref: 'v1' }),
  slot('loading', { repo: 'team/loading' }, { state: 'LOADING', served: undefined }),
  slot('broken', { repo: 'team/broken' }, { state: 'FAILED', reason: 'the file is damaged.', served: undefined }),
  slot('broken-too', { repo: 'team/half' }, { state: 'FAILED', reason: 'no.', served: undefined }),
  slot('half', { repo: 'team/half', ref: 'v1' }),
]
const { resolve, list } = createRouter(() => byName(...slots), {
  refs: { means: ({ revision: deployed }, ref) => deployed === revision('b') && (ref === 'stable' || ref === 'main') },
})
const nameOf = (model: string) => resolve({ model: model, caller: admin() }).item.name

describe('the router', () => {
  it.each([
    ['minilm', 'minilm'],
    ['team/minilm', 'minilm'],
    ['team%2Fminilm', 'minilm'],
    ['team/minilm@main', 'minilm'],
    ['team/minilm@v2', 'minilm-v2'],
    [`team/minilm@${revision('b')}`, 'minilm-v2'],
    ['team%2Fminilm%40v2', 'minilm-v2'],
    ['team/other', 'other'],
    ['team/half', 'half'],
    ['Team/MiniLM@v2', 'minilm-v2'],
    ['team/minilm@stable', 'minilm-v2'],
  ])('resolves %s', (model, name) => {
    expect(nameOf(model)).toBe(name)
  })

  it.each(['absent', 'team/absent', 'team/minilm@absent', 'minilm@v2', 'team', '', '%', 'team/minilm@'])(
    'does not find %s',
    (model) => {
      expect(() => resolve({ model: model, caller: admin() })).toThrow(
        expect.objectContaining({ code: 'model_not_found', status: 404 }),
      )
    },
  )

  it('says that a model is still loading, or why it failed', () => {
    expect(() => resolve({ model: 'loading', caller: admin() })).toThrow(
      expect.objectContaining({ code: 'model_not_ready', status: 503 }),
    )
    const failed = { code: 'model_failed', message: expect.stringContaining('the file is damaged.') }
    expect(() => resolve({ model: 'team/broken', caller: admin() })).toThrow(expect.objectContaining(failed))
  })

  it('lists every deployment by name', () => {
    const names = list(admin()).map(({ item }) => item.name)
    expect(names).toEqual(names.toSorted())
    expect(names).toHaveLength(slots.length)
  })

  const absent = expect.objectContaining({ code: 'model_not_found', status: 404 })
  it.each([
    ['nobody', undefined],
    ['a stranger to its owner', member()],
    ['a key for another owner', member({ username: 'team', limit: { owner: 'other' } })],
    ['a key for another repo', member({ username: 'team', limit: { repoId: 'another' } })],
  ])('shows nothing to %s, whatever the name', (_who, caller) => {
    expect(list(caller)).toEqual([])
    for (const model of ['minilm', 'team/minilm', 'team/minilm@v2', 'loading', 'team/broken'])
      expect(() => resolve({ model: model, caller: caller })).toThrow(absent)
  })

  it.each([
    ['its owner', member({ username: 'Team' })],
    ['a member of its organisation', member({ owners: { team: 'read' } })],
    ['a key that may only infer', member({ username: 'team', scopes: ['infer'] })],
    ['a key for its repo', member({ username: 'team', limit: { repoId: 'team/minilm' } })],
  ])('answers %s', (_who, caller) => {
    expect(resolve({ model: 'team/minilm', caller: caller }).item.name).toBe('minilm')
  })

  it('hides a deployment from a key for one repo if it also serves another', () => {
    const targets = ['team/minilm', 'team/other'].map((repo) => ({ ...slot('x', { repo }).item, name: undefined }))
    const mixed = createRouter(() => byName(slot('mixed', { targets })))
    const caller = member({ username: 'team', limit: { repoId: 'team/minilm' } })
    expect(() => mixed.resolve({ model: 'mixed', caller })).toThrow(absent)
    expect(mixed.resolve({ model: 'mixed', caller: member({ username: 'team' }) }).item.name).toBe('mixed')
  })

  it('refuses for a paused deployment in a way that clients do not retry', () => {
    const resting = createRouter(() => byName(slot('resting', {}, { state: 'PAUSED', served: undefined })))
    const paused = expect.objectContaining({ code: 'deployment_paused', status: 409, retryable: false })
    expect(() => resting.resolve({ model: 'resting', caller: admin() })).toThrow(paused)
  })

  it("resolves a shared name only among the caller's own deployments", () => {
    const two = createRouter(() =>
      byName(slot('theirs', { owner: 'other', createdAt: '2026-12-01T00:00:00.000Z' }), slot('mine', {})),
    )
    expect(two.resolve({ model: 'team/minilm', caller: member({ username: 'team' }) }).item.name).toBe('mine')
    expect(two.list(member({ username: 'team' })).map(({ item }) => item.name)).toEqual(['mine'])
  })
})
