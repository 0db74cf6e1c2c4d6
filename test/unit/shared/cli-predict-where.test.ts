import { afterEach, describe, expect, it, vi } from 'vitest'
import { cli } from './support/run-cli.ts'

afterEach(() => vi.unstubAllGlobals())

const refusal = (status: number, code: string, message: string) =>
  Response.json({ error: { code, message } }, { status })
const elsewhere = 'https://infer.example/api/v1/predict/one'
const one = { name: 'one', url: '/api/v1/predict/one', targets: [{ repo: 'acme/one' }] }

/** Answers each path as given; returns the addresses that were requested. */
function answering(answers: Record<string, () => Response>) {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (address: string) => {
    const { pathname } = new URL(address)
    asked.push(address)
    return answers[pathname]?.() ?? refusal(404, 'not_found', `There is nothing at ${pathname}.`)
  })
  return asked
}
const predicts = { '/api/v1/predict/one': () => Response.json(['answer']) }

it('slipway predict works with a key that may only infer', async () => {
  answering({ '/api/v1/deployments/one': () => refusal(403, 'missing_scope', 'It lacks "read".'), ...predicts })
  expect(await cli('predict', 'one', '1')).toMatchObject({ code: 0, out: '["answer"]\n' })
})

it('slipway predict says what such a key lacks if the server does not serve the deployment itself', async () => {
  answering({ '/api/v1/deployments/one': () => refusal(403, 'missing_scope', 'It lacks "read".') })
  const { code, err } = await cli('predict', 'one', '1')
  expect(code).toBe(1)
  expect(err).toContain('It lacks "read".')
})

it('slipway predict finds the deployment that serves a model', async () => {
  const asked = answering({ '/api/v1/deployments': () => Response.json({ items: [one] }), ...predicts })
  expect(await cli('predict', 'acme/one', '1')).toMatchObject({ code: 0, out: '["answer"]\n' })
  expect(asked.at(-1)).toBe('http://127.0.0.1:8000/api/v1/predict/one')
})

describe('slipway predict for a model with a ref', () => {
  const champion = { repo: 'acme/one', ref: 'champion', revision: 'a'.repeat(40) }
  const first = { repo: 'acme/one', ref: 'v1', revision: 'b'.repeat(40) }
  const two = { name: 'two', url: '/api/v1/predict/two', targets: [champion, first] }
  const served = { '/api/v1/deployments': () => Response.json({ items: [one, two] }) }
  const answers = { ...served, '/api/v1/predict/two': () => Response.json(['two']) }

  it.each(['acme/one@champion', 'acme/one@v1', 'Acme/One@v1', `acme/one@${first.revision}`])(
    'finds a deployment with that target: %s',
    async (name) => {
      answering(answers)
      expect(await cli('predict', name, '1')).toMatchObject({ code: 0, out: '["two"]\n' })
    },
  )

  it('finds the revision by another of its names', async () => {
    answering({ ...answers, '/api/v1/repos/acme/one/revisions/stable': () => Response.json({ id: first.revision }) })
    expect(await cli('predict', 'acme/one@stable', '1')).toMatchObject({ code: 0, out: '["two"]\n' })
  })

  it.each([
    ['of a revision that nothing serves', { id: 'c'.repeat(40) }],
    ['that does not exist', undefined],
  ])('says how to deploy a ref that nothing serves: %s', async (_, revision) => {
    const found = revision && { '/api/v1/repos/acme/one/revisions/v9': () => Response.json(revision) }
    answering({ ...answers, ...found })
    expect(await cli('predict', 'acme/one@v9', '1')).toMatchObject({
      code: 1,
      err: expect.stringContaining(found ? 'slipway deploy acme/one@v9' : 'There is nothing at'),
    })
  })
})

it('slipway predict prefers the deployment of the default branch for a bare model name', async () => {
  const others = { name: 'others', url: '/p', targets: [{ repo: 'acme/one', ref: 'v1' }] }
  const main = { ...one, targets: [{ repo: 'acme/one', ref: 'main' }] }
  const asked = answering({ '/api/v1/deployments': () => Response.json({ items: [others, main] }), ...predicts })
  expect(await cli('predict', 'acme/one', '1')).toMatchObject({ code: 0 })
  expect(asked.at(-1)).toBe('http://127.0.0.1:8000/api/v1/predict/one')
})

it('slipway predict says how to deploy a model that nothing serves', async () => {
  answering({ '/api/v1/deployments': () => Response.json({ items: [one] }) })
  expect(await cli('predict', 'acme/other', '1')).toMatchObject({
    code: 1,
    err: expect.stringContaining('slipway deploy acme/other'),
  })
})

it('slipway predict says so if no replica is running', async () => {
  const asked = answering({ '/api/v1/deployments/one': () => Response.json({ ...one, url: undefined, pool: 'gpu' }) })
  expect(await cli('predict', 'one', '1')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/no replica of the pool "gpu" is running.*slipway status one/),
  })
  expect(asked).toHaveLength(1)
})

it('slipway predict asks the address that the deployment has', async () => {
  const asked = answering({ '/api/v1/deployments/one': () => Response.json({ ...one, url: elsewhere }), ...predicts })
  expect((await cli('predict', 'one', '1')).code).toBe(0)
  expect(asked.at(-1)).toBe(elsewhere)
})
