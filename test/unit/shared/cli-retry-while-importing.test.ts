import { afterEach, describe, expect, it, vi } from 'vitest'
import { cli } from './support/run-cli.ts'

const ready = {
  name: 'one',
  state: 'READY',
  targets: [],
  url: '/api/v1/predict/one',
  repo: 'acme/one',
  task: 'fill-mask',
}
const notYet = (code: string, status = 409) =>
  Response.json({ error: { code, message: `Not yet: npx slipway pull hf://acme/one@main` } }, { status })

let asked: string[]
const answering = (...refusals: (() => Response)[]) => {
  asked = []
  vi.stubGlobal('fetch', async (_: string, { method = '' }: RequestInit) => {
    asked.push(method)
    return (method === 'GET' ? undefined : refusals.shift()?.()) ?? Response.json(ready)
  })
}
afterEach(() => vi.unstubAllGlobals())

describe('slipway deploy of a model that is still being imported', () => {
  it('waits for the import and the inspection, shows both, and then deploys', async () => {
    answering(
      () => notYet('import_under_way'),
      () => notYet('still_inspected'),
    )
    const { code, out, err } = await cli('deploy', 'acme/one')
    expect({ code, out }).toEqual({ code: 0, out: 'one  READY  http://127.0.0.1:8000/api/v1/predict/one\n' })
    expect(err).toMatch(/^acme\/one: is being imported\nacme\/one: is being inspected\n/)
    expect(asked.slice(0, 3)).toEqual(['POST', 'POST', 'POST'])
  })

  it('does not wait with --detach, and names the command that does', async () => {
    answering(() => notYet('import_under_way'))
    const { code, err } = await cli('deploy', 'acme/one', '--detach')
    expect({ code, err }).toEqual({ code: 1, err: 'slipway: Not yet: slipway pull hf://acme/one@main\n' })
    expect(asked).toEqual(['POST'])
  })

  it('fails if the import does not bring the model', async () => {
    answering(
      () => notYet('import_under_way'),
      () => notYet('repo_not_found', 404),
    )
    expect(await cli('deploy', 'acme/one')).toMatchObject({ code: 1, err: expect.stringContaining('To import it:') })
  })
})
