import { describe, expect, it } from 'vitest'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { freshHubs, repoOf } from './uploads/fresh-hubs.ts'
import { sha256 } from './uploads/hub-with-uploads.ts'

const hubs = freshHubs()

describe('a file whose content is lost', () => {
  it.each([
    ['resolved', 'resolve', {}],
    ['a range', 'resolve', { range: 'bytes=0-9' }],
    ['raw', 'raw', {}],
  ])('is answered with an error of its own length: %s', async (_, way, headers) => {
    const hub = await hubs.start()
    const person = hub.as('lost')
    const repo = await repoOf('lost', person)
    const content = 'x'.repeat(5000)
    const lines = [
      { key: 'header', value: { summary: 'adds it' } },
      { key: 'file', value: { path: 'a.txt', content } },
    ]
    const commit = lines.map((line) => JSON.stringify(line)).join('\n')
    expect((await person.post(`/api/models/${repo}/commit/main`, commit)).status).toBe(200)
    const authorization = `Bearer ${person.token}`
    const ask = () => hub.ask(`/${repo}/${way}/main/a.txt`, { headers: { authorization, ...headers } })
    expect((await (await ask()).text()).length).toBe('range' in headers ? 10 : 5000)
    await hub.objects.delete({ keys: [objectKeys.blob(sha256(content))] })
    const answer = await ask()
    expect([answer.status, JSON.parse(await answer.text())]).toEqual([500, { error: expect.any(String) }])
    for (const name of ['content-length', 'content-range', 'content-disposition', 'etag', 'accept-ranges'])
      expect([name, answer.headers.get(name)]).toEqual([name, null])
    expect(answer.headers.get('content-type')).toContain('application/json')
  })
})
