import { expect, it } from 'vitest'
import { hub, useTable } from './support/read-hub.ts'

useTable(async () => {})

it.each([
  ['/team/few/info/refs?service=git-upload-pack', 'team/few'],
  ['/team/few.git/info/refs?service=git-receive-pack', 'team/few'],
  ['/datasets/team/rows/info/refs?service=git-upload-pack', 'team/rows --repo-type dataset'],
])('git gets a plain-text answer with the commands to use instead: %s', async (path, repo) => {
  const response = await hub().app.request(path, { headers: { 'git-protocol': 'version=2' } })
  expect([response.status, response.headers.get('content-type')]).toEqual([501, expect.stringMatching(/^text\/plain/)])
  const text = await response.text()
  for (const command of [`hf download ${repo}`, `hf upload ${repo}`]) expect(text).toContain(command)
})
