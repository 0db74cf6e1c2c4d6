import { afterEach, describe, expect, it, vi } from 'vitest'
import { cli } from './support/run-cli.ts'

afterEach(() => vi.unstubAllGlobals())

const refusal = (status: number, code: string, message: string) =>
  Response.json({ error: { code, message } }, { status })
const elsewhere = 'https://infer.example/api/v1/predict/one'
const one = { name: 'one', url: '/api/v1/predict/one', targets: [{ repo: 'acme/one' }] }

/** Answers what is asked for by path, and tells what was asked. */
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

it('asks with a key that may only infer, which may not look where a deployment is served', async () => {
  answering({ '/api/v1/deployments/one': () => refusal(403, 'missing_scope', 'It lacks "read".'), ...predicts })
  expect(await cli('predict', 'one', '1')).toMatchObject({ code: 0, out: '["answer"]\n' })
})

it('says what is missing where such a key asks a server that does not serve itself', async () => {
  answering({ '/api/v1/deployments/one': () => refusal(403, 'missing_scope', 'It lacks "read".') })
  const { code, err } = await cli('predict', 'one', '1')
  expect(code).toBe(1)
  expect(err).toContain('It lacks "read".')
})

it('asks a model by its name, where a deployment serves it', async () => {
  const asked = answering({ '/api/v1/deployments': () => Response.json({ items: [one] }), ...predicts })
  expect(await cli('predict', 'acme/one', '1')).toMatchObject({ code: 0, out: '["answer"]\n' })
  expect(asked.at(-1)).toBe('http://127.0.0.1:8000/api/v1/predict/one')
})

describe('a model that is named with a ref', () => {
  const champion = { repo: 'acme/one', ref: 'champion', revision: 'a'.repeat(40) }
  const first = { repo: 'acme/one', ref: 'v1', revision: 'b'.repeat(40) }
  const two = { name: 'two', url: '/api/v1/predict/two', targets: [champion, first] }
  const served = { '/api/v1/deployments': () => Response.json({ items: [one, two] }) }
  const answers = { ...served, '/api/v1/predict/two': () => Response.json(['two']) }

  it.each(['acme/one@champion', 'acme/one@v1', 'Acme/One@v1', `acme/one@${first.revision}`])(
    'is asked where any target of a deployment is that: %s',
    async (name) => {
      answering(answers)
      expect(await cli('predict', name, '1')).toMatchObject({ code: 0, out: '["two"]\n' })
    },
  )

  it('is asked by another name of the revision that is served', async () => {
    answering({ ...answers, '/api/v1/repos/acme/one/revisions/stable': () => Response.json({ id: first.revision }) })
    expect(await cli('predict', 'acme/one@stable', '1')).toMatchObject({ code: 0, out: '["two"]\n' })
  })

  it.each([
    ['of a revision that none serves', { id: 'c'.repeat(40) }],
    ['that is not there', undefined],
  ])('is said to be served by none, where it is a ref %s', async (_, revision) => {
    const found = revision && { '/api/v1/repos/acme/one/revisions/v9': () => Response.json(revision) }
    answering({ ...answers, ...found })
    expect(await cli('predict', 'acme/one@v9', '1')).toMatchObject({
      code: 1,
      err: expect.stringContaining(found ? 'slipway deploy acme/one@v9' : 'There is nothing at'),
    })
  })
})

it('asks the default branch of a model by its bare name, where that is served', async () => {
  const others = { name: 'others', url: '/p', targets: [{ repo: 'acme/one', ref: 'v1' }] }
  const main = { ...one, targets: [{ repo: 'acme/one', ref: 'main' }] }
  const asked = answering({ '/api/v1/deployments': () => Response.json({ items: [others, main] }), ...predicts })
  expect(await cli('predict', 'acme/one', '1')).toMatchObject({ code: 0 })
  expect(asked.at(-1)).toBe('http://127.0.0.1:8000/api/v1/predict/one')
})

it('says how to have a model served that none serves', async () => {
  answering({ '/api/v1/deployments': () => Response.json({ items: [one] }) })
  expect(await cli('predict', 'acme/other', '1')).toMatchObject({
    code: 1,
    err: expect.stringContaining('slipway deploy acme/other'),
  })
})

it('says that nobody answers, where no replica is there to tell its address', async () => {
  const asked = answering({ '/api/v1/deployments/one': () => Response.json({ ...one, url: undefined, pool: 'gpu' }) })
  expect(await cli('predict', 'one', '1')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/no replica of the pool "gpu" is running.*slipway status one/),
  })
  expect(asked).toHaveLength(1)
})

it('asks where the server says that it is served', async () => {
  const asked = answering({ '/api/v1/deployments/one': () => Response.json({ ...one, url: elsewhere }), ...predicts })
  expect((await cli('predict', 'one', '1')).code).toBe(0)
  expect(asked.at(-1)).toBe(elsewhere)
})
