import { freshRepos } from './fresh-repos.ts'
import { type Answer, metadata, type RepoHost } from './repo-host.ts'

const path = '/api/v1/deployments'
const files = ['model.onnx', 'model_int8.onnx']

/** What can be served, as its inspection says; of the files that are named. */
export const servable = (...onnx: string[]) => servableFor('feature-extraction', ...onnx)

export const servableFor = (task: string, ...onnx: string[]) =>
  metadata({
    task,
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
  const call = (method: string, at: string, asked: Asked & { json?: object }) =>
    host().call(method, `${path}/${now.name}${at}`, { as: 'ben', ...asked })
  return {
    get host() {
      return host()
    },
    /** Of the test that runs. */
    get of() {
      return now
    },
    /** Of its repo, where nothing else is named. */
    create: (json: object = {}, asked: Asked = {}) =>
      host().call('POST', path, {
        as: 'ben',
        json: { name: now.name, ...('targets' in json ? {} : { target: now.repo }), ...json },
        ...asked,
      }),
    read: (asked: Asked = {}) => call('GET', '', asked),
    patch: (json: object, asked: Asked = {}) => call('PATCH', '', { json, ...asked }),
    remove: (asked: Asked = {}) => call('DELETE', '', asked),
    say: (what: 'pause' | 'resume', asked: Asked = {}) => call('POST', `/${what}`, { json: {}, ...asked }),
    /** Makes the alias, or moves it. */
    alias: (method: 'POST' | 'PATCH', name: string, revision: string) =>
      host().ask(method, `/${now.repo}/aliases${method === 'POST' ? '' : `/${name}`}`, {
        as: 'ben',
        json: { revision, ...(method === 'POST' && { name }) },
      }),
  }
}

interface Asked {
  /** Not by ben. */
  as?: string
  headers?: Record<string, string>
}

/** What to ask with, so that only this version is changed. */
export const ifMatch = (tag: string) => ({ headers: { 'if-match': tag } })

export const failureOf = ({ status, body }: Answer) => [status, body.error?.code]
