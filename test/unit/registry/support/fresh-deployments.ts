import { freshRepos } from './fresh-repos.ts'
import { metadata, type RepoHost } from './repo-host.ts'

const path = '/api/v1/deployments'
const files = ['model.onnx', 'model_int8.onnx']

/** What can be served, as its inspection says; of the files that are named. */
export const servable = (...onnx: string[]) =>
  metadata({
    task: 'feature-extraction',
    onnx: onnx.map((file) => ({ path: file, inputs: [], outputs: [], opset: {} })),
  })

/** A host, and for each test a repo with two revisions, a name that is free, and how ben asks for a deployment of it. */
export function freshDeployments(prefix: string) {
  const now: { host?: RepoHost; repo: string; name: string; first: string; second: string } = {
    ...{ repo: '', name: '', first: '', second: '' },
  }
  freshRepos(prefix, async ({ host, repo }) => {
    const first = await host.commit(repo, { 'model.onnx': '1' }, { metadata: servable(...files) })
    const second = await host.commit(repo, { 'model.onnx': '2' }, { metadata: servable('model.onnx') })
    Object.assign(now, { host, repo, name: repo.slice('lab/'.length), first, second })
  })
  const host = (): RepoHost => {
    if (now.host === undefined) throw new Error('only while a test runs')
    return now.host
  }
  const call = (method: string, at = '', asked: { json?: object; headers?: Record<string, string> } = {}) =>
    host().call(method, `${path}/${now.name}${at}`, { as: 'ben', ...asked })
  return {
    get host() {
      return host()
    },
    /** Of the test that runs. */
    get of() {
      return now
    },
    create: (json: object = {}, headers: Record<string, string> = {}) =>
      host().call('POST', path, { as: 'ben', json: { name: now.name, target: now.repo, ...json }, headers }),
    read: (headers: Record<string, string> = {}) => call('GET', '', { headers }),
    patch: (json: object, headers: Record<string, string> = {}) => call('PATCH', '', { json, headers }),
    remove: (headers: Record<string, string> = {}) => call('DELETE', '', { headers }),
    /** Makes the alias, or moves it. */
    alias: (method: 'POST' | 'PATCH', name: string, revision: string) =>
      host().ask(method, `/${now.repo}/aliases${method === 'POST' ? '' : `/${name}`}`, {
        as: 'ben',
        json: { revision, ...(method === 'POST' && { name }) },
      }),
  }
}
