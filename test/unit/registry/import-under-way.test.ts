import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RepoHost, startRepoHost } from './support/repo-host.ts'

let host: RepoHost
beforeAll(async () => {
  host = await startRepoHost()
  await host.make('lab/here', {}, 'root')
  await host.commit('lab/here', { 'README.md': 'hello' })
})
afterAll(() => host.close())

const deploy = async (target: string, as = 'ben') => {
  const { status, body, headers } = await host.call('POST', '/api/v1/deployments', {
    as,
    json: { target, owner: 'lab' },
  })
  return { status, code: body.error?.code, message: body.error?.message, after: headers.get('retry-after') }
}
const bring = (source: string, repo?: string) =>
  host.call('POST', '/api/v1/imports', { as: 'ben', json: { source, repo } })

describe('a deployment of a model that is being imported', () => {
  it('is refused with the command that waits for it and the time to retry', async () => {
    expect(await deploy('lab/coming')).toMatchObject({ status: 404, code: 'repo_not_found' })
    expect((await bring('hf://far/coming', 'lab/coming')).status).toBe(202)
    expect(await deploy('lab/coming')).toEqual({
      status: 409,
      code: 'import_under_way',
      message: expect.stringMatching(
        /"lab\/coming@main" is .*: npx slipway pull hf:\/\/far\/coming@main --repo lab\/coming$/,
      ),
      after: '2',
    })
  })

  it('is refused as missing for callers who may not see the import', async () => {
    await bring('hf://lab/secret')
    expect(await deploy('lab/secret', 'eve')).toMatchObject({ status: 404, code: 'repo_not_found' })
  })

  it('is refused this way only for the ref being imported', async () => {
    await bring('hf://lab/here@v2')
    expect((await deploy('lab/here@v2')).code).toBe('import_under_way')
    expect((await deploy('lab/here@v3')).code).toBe('revision_not_found')
  })
})

it('a deployment of a revision that was just pushed waits until it is inspected', async () => {
  await host.make('lab/pushed', {}, 'ada')
  await host.commit('lab/pushed', { 'README.md': 'no graph' })
  const asked = deploy('lab/pushed')
  await host.inspect('lab/pushed')
  expect(await asked).toMatchObject({ status: 422, code: 'unsupported_model' })
})
