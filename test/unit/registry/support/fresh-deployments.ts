import { freshRepos } from './fresh-repos.ts'
import { type Answer, metadata, type RepoHost } from './repo-host.ts'

const path = '/api/v1/deployments'
const files = ['model.onnx', 'model_int8.onnx']

/** Metadata of a revision with these servable files. */
export const servable = (...onnx: string[]) => servableFor('feature-extraction', ...onnx)

export const servableFor = (task: string, ...onnx: string[]) =>
  metadata({
    task,
    onnx: onnx.map((file) => ({ path: file, inputs: [], outputs: [], opset: {} })),
  })

/** A host, and for each test a repo with two revisions, a free deployment name, and requests as ben. */
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
    /** The repo and name of the running test. */
    get of() {
      return now
    },
    /** Deploys the repo of the test, unless another target is given. */
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
    /** Creates or moves the alias. */
    alias: (method: 'POST' | 'PATCH', name: string, revision: string) =>
      host().ask(method, `/${now.repo}/aliases${method === 'POST' ? '' : `/${name}`}`, {
        as: 'ben',
        json: { revision, ...(method === 'POST' && { name }) },
      }),
  }
}

interface Asked {
  /** @default ben */
  as?: string
  headers?: Record<string, string>
}

/** Request options with this `If-Match`. */
export const ifMatch = (tag: string) => ({ headers: { 'if-match': tag } })

export const failureOf = ({ status, body }: Answer) => [status, body.error?.code]
