import { describe, expect, it } from 'vitest'
import { createRouter, type Routable } from '../../../../gpu-service/deployments/route.ts'

const revision = (letter: string) => letter.repeat(40)
const service = {} as never

function slot(name: string, item: Partial<Routable['item']>, rest: Partial<Routable> = {}): Routable {
  const repo = item.repo ?? 'team/minilm'
  const ref = item.ref ?? 'main'
  return {
    item: {
      name,
      repo,
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
    served: { task: 'feature-extraction', describe: {}, service },
    ...rest,
  }
}

const slots = [
  slot('minilm', {}),
  slot('minilm-v2', { ref: 'v2', revision: revision('b') }),
  slot('other', { repo: 'team/other', ref: 'v1' }),
  slot('loading', { repo: 'team/loading' }, { state: 'LOADING', served: undefined }),
  slot('broken', { repo: 'team/broken' }, { state: 'FAILED', reason: 'the file is damaged.', served: undefined }),
  slot('broken-too', { repo: 'team/half' }, { state: 'FAILED', reason: 'no.', served: undefined }),
  slot('half', { repo: 'team/half', ref: 'v1' }),
]
const { resolve, list } = createRouter(() => slots)
const nameOf = (model: string) => resolve(model).item.name

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
  ])('finds what %s names', (model, name) => {
    expect(nameOf(model)).toBe(name)
  })

  it.each(['absent', 'team/absent', 'team/minilm@absent', 'minilm@v2', 'team', '', '%', 'team/minilm@'])(
    'does not find %s',
    (model) => {
      expect(() => resolve(model)).toThrow(expect.objectContaining({ code: 'model_not_found', status: 404 }))
    },
  )

  it('says that a model is still loading, and why one has failed', () => {
    expect(() => resolve('loading')).toThrow(expect.objectContaining({ code: 'model_not_ready', status: 503 }))
    const failed = { code: 'model_failed', message: expect.stringContaining('the file is damaged.') }
    expect(() => resolve('team/broken')).toThrow(expect.objectContaining(failed))
  })

  it('lists every deployment by name', () => {
    const names = list().map(({ item }) => item.name)
    expect(names).toEqual(names.toSorted())
    expect(names).toHaveLength(slots.length)
  })
})
