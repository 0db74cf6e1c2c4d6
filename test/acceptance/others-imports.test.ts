import { expect, it, onTestFinished } from 'vitest'
import { createApi } from '../support/http.ts'
import { startHub } from '../support/hub/start-hub.ts'
import { startLocalHost } from '../support/local-host.ts'

const card = { path: 'README.md', content: '# small\n' }

it('an import does not wait for the files of another, however long they take', async () => {
  const shards = Array.from({ length: 40 }, (_, at) => ({ path: `shard-${at}.txt`, content: `${at}` }))
  const hub = await startHub({
    repos: { 'far/large': { files: shards }, 'far/small': { files: [card] } },
    faults: [{ kind: 'hang', match: /shard/ }],
  })
  onTestFinished(() => hub.close())
  const host = await startLocalHost({ environment: { HF_ENDPOINT: hub.url }, parameters: ['--no-sample'] })
  onTestFinished(() => host.close())
  const api = createApi(host)
  const large = (await api.post('/api/v1/imports', { source: 'hf://far/large' })).body
  await expect.poll(() => hub.requests.filter(({ path }) => path.includes('shard')).length).toBe(8)

  expect(await api.pull('hf://far/small')).toMatchObject({ state: 'READY' })
  expect((await api.get(`/api/v1/imports/${large.id}`)).body.state).toBe('TRANSFERRING')
})
