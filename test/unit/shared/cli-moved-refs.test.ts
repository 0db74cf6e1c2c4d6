import { afterEach, describe, expect, it, vi } from 'vitest'
import { cli } from './support/run-cli.ts'

const then = 'a'.repeat(40)
const now = 'b'.repeat(40)
const at = (ref: string, more: object = {}) => ({
  ...{ target: `acme/one@${ref}`, ref, revision: then, file: 'model.onnx', weight: 1, state: 'READY', follows: false },
  ...more,
})
const moved = (kind: string) => ({ movedTo: { kind, revision: now } })
const deployment = (name: string, targets: object[], more: object = {}) => ({
  ...{ name, url: `/api/v1/predict/${name}`, target: 'acme/one@main', state: 'READY', task: 'tensors', min: 1 },
  ...{ replicas: [], drift: [], owner: 'acme', version: 1, targets },
  ...more,
})

afterEach(() => vi.unstubAllGlobals())

const statusOf = async (one: object) => {
  vi.stubGlobal('fetch', async () => Response.json(one))
  return cli('status', 'one')
}

describe('slipway status of a deployment whose ref has moved', () => {
  it('shows where the branch is now, and the command that serves it', async () => {
    const { out, err } = await statusOf(deployment('one', [at('main', moved('branch'))]))
    expect(out).toMatch(/acme\/one@main +a{12} .* the branch main is at b{12} now$/m)
    expect(err).toBe('\nTo serve the new revision: slipway deploy acme/one@main --name one --update\n')
  })

  it.each([
    [[at('main', { ...moved('branch'), precision: 'int8' })], 'acme/one@main --precision int8'],
    [[at('main', { ...moved('branch'), wantedTask: 'tensors' })], 'acme/one@main --task tensors'],
    [[at('main', { ...moved('branch'), wantedFile: 'a b.onnx' })], "acme/one@main --file 'a b.onnx'"],
    [[at('champion', moved('alias'))], 'acme/one@champion --no-follow'],
    [[at('main', { ...moved('branch'), weight: 90 }), at('v1')], 'acme/one@main acme/one@v1 --weight 90 --weight 1'],
    [[at('main', moved('branch')), at('v1', { wantedFile: 'x.onnx' })], '…'],
  ])('keeps all other settings of %j in that command', async (targets, command) => {
    const { err } = await statusOf(deployment('one', targets))
    expect(err).toBe(`\nTo serve the new revision: slipway deploy ${command} --name one --update\n`)
  })

  it('covers the shadow, too', async () => {
    const { out, err } = await statusOf(
      deployment('one', [at('v1')], { shadow: at('main', { ...moved('branch'), percent: 5 }) }),
    )
    expect(out).toMatch(/SHADOW +the branch main is at b{12} now$/m)
    expect(err).toContain('slipway deploy --shadow acme/one@main --shadow-percent 5 --name one --update\n')
  })

  it('says nothing if the ref has not moved', async () => {
    expect((await statusOf(deployment('one', [at('main')]))).err).toBe('')
  })
})

it('slipway status marks each deployment whose ref has moved, and explains once how to update them', async () => {
  const items = ['one', 'two'].map((name) => deployment(name, [at('main', moved('branch'))]))
  vi.stubGlobal('fetch', async (url: string) =>
    Response.json(url.includes('/deployments?') ? { items } : { items: [], scopes: [] }),
  )
  const { out, err } = await cli('status')
  expect(out.match(/the branch main is at b{12} now$/gm)).toHaveLength(2)
  expect(err).toBe('\nTo serve the new revision: slipway deploy TARGET --name DEPLOYMENT --update\n')
})
