import { expect } from 'vitest'
import type { Known } from '../support/every-answer.ts'
import type { Api } from '../support/http.ts'
import type { LocalHost } from '../support/local-host.ts'
import { makePerson, type Person } from '../support/people.ts'

/** Fills a registry with one of everything: users, organisations, models, datasets, renamed and deleted repos. */
export async function fillRegistry({
  host,
  api,
}: {
  host: LocalHost
  api: Api
}): Promise<{ person: Person; known: Known }> {
  const { put, patch, del } = senders(host)
  const person = await makePerson(api, { name: 'ada' })
  const owner = person.username
  for (const organisation of ['globex', 'initech']) await made(api.post('/api/v1/owners', { name: organisation }))
  await made(put(`/api/v1/owners/globex/members/${owner}`, { role: 'write' }))
  const pulls = ['hf://acme/digits', 'hf://acme/tiny-embedder']
  const imports: string[] = []
  for (const source of pulls) {
    const pulled = await api.pull(source)
    expect(pulled).toMatchObject({ state: 'READY' })
    imports.push(pulled.id)
  }
  await made(api.post('/api/v1/imports', { source: 'hf://acme/absent' }))

  const create = (body: object, by = api) => made(by.post('/api/repos/create', body))
  await create({ name: 'globex/one', files: [readme('one', 'mit')] })
  await create({ name: 'globex/old-name', private: false, files: [readme('two', 'apache-2.0')] }, person.api)
  await create({ name: 'globex/data', type: 'dataset', files: [readme('data', 'mit')] })
  await create({ name: 'initech/gone', files: [readme('gone', 'mit')] })
  await create({ name: `${owner}/mine`, files: [readme('mine', 'mit')] }, person.api)
  const commit = (path: string, text: string) =>
    [
      { key: 'header', value: { summary: `change ${path}` } },
      { key: 'file', value: { path, content: text } },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n')
  const commits = { 'content-type': 'application/x-ndjson' }
  for (const text of ['first', 'second'])
    await made(api.post('/api/models/globex/one/commit/main', commit('notes.txt', text), commits))
  await made(api.post('/api/models/globex/one/tag/main', { tag: 'v1' }))
  await made(api.post('/api/models/globex/one/branch/dev', { startingPoint: 'main' }))
  await made(api.post('/api/models/globex/one/commit/dev', commit('only-dev.txt', 'dev'), commits))
  const repo = '/api/v1/repos/globex/one'
  await made(api.post(`${repo}/versions`, { message: 'the first' }))
  await made(api.post(`${repo}/aliases`, { name: 'champion', isProtected: true }))
  await made(patch(`${repo}/aliases/champion`, { revision: 'dev' }))
  await made(api.post('/api/repos/move', { fromRepo: 'globex/old-name', toRepo: 'globex/new-name' }))
  await made(api.post('/api/repos/move', { fromRepo: 'acme/tiny-embedder', toRepo: 'initech/embedder' }))
  await made(del('/api/repos/delete', { name: 'gone', organization: 'initech' }))
  const deployed = await api.deploy('acme/digits', { name: 'digits' })
  expect(deployed).toMatchObject({ state: 'READY' })
  await made(api.post('/api/v1/keys', { name: 'limited', scopes: ['read'], limit: 'globex' }))

  const known = {
    models: [
      'acme/digits',
      'initech/embedder',
      'acme/tiny-embedder',
      'globex/one',
      'globex/new-name',
      'globex/old-name',
      'initech/gone',
      `${owner}/mine`,
    ],
    datasets: ['globex/data'],
    owners: ['acme', 'globex', 'initech', owner],
    refs: ['main', 'v1', 'dev', 'champion'],
    imports,
    deployments: ['digits'],
  }
  return { person, known }
}

export const readme = (title: string, license: string) => ({
  path: 'README.md',
  content: `---\nlicense: ${license}\ntags: [${title}]\npipeline_tag: text-classification\n---\n# ${title}\n`,
})

const senders = (host: LocalHost) => {
  const send = (method: string) => async (path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${host.key}`, 'content-type': 'application/json' }
    const response = await fetch(host.url + path, { method, headers, body: JSON.stringify(body) })
    return { status: response.status, headers: response.headers, body: await response.json().catch(() => undefined) }
  }
  return { put: send('PUT'), patch: send('PATCH'), del: send('DELETE') }
}

export async function made(answer: ReturnType<Api['post']>) {
  const { status, body } = await answer
  expect(status, JSON.stringify(body)).toBeLessThan(300)
  return body
}
