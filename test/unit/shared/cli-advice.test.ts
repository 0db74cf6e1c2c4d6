import { afterEach, describe, expect, it, vi } from 'vitest'
import { cli } from './support/run-cli.ts'

afterEach(() => vi.unstubAllGlobals())
const refuses = (code: string) =>
  vi.stubGlobal('fetch', async () => Response.json({ error: { code, message: 'No.' } }, { status: 404 }))

describe('an error that another command can solve', () => {
  it.each([
    [['pull', 'a/b@v1'], 'owner_not_found', 'slipway pull a/b@v1 --repo OWNER/NAME'],
    [['pull', 'hf://slipway/iris'], 'name_reserved', 'slipway pull hf://slipway/iris --repo OWNER/NAME'],
    [['deploy', 'a/b@v1'], 'repo_not_found', 'slipway pull hf://a/b@v1'],
    [['deploy', 'a/b', 'a/c', '--weight', '1', '--weight', '1'], 'repo_not_found', 'slipway pull hf://OWNER/NAME'],
    [['deploy', 'a/b', '--shadow', 'a/c'], 'repo_not_found', 'slipway pull hf://OWNER/NAME'],
  ])('suggests that command, in JSON output, too: %j', async (parameters, code, way) => {
    refuses(code)
    const { code: exit, out, err } = await cli(...parameters, '--json')
    expect({ exit, err }).toEqual({ exit: 1, err: expect.stringMatching(/^slipway: No\. To import it/) })
    expect(err).toContain(way)
    expect(JSON.parse(out).error).toEqual({ code, status: 404, message: expect.stringContaining(way) })
  })

  it.each([
    [['deploy', 'a/b'], 'hf upload a/b FOLDER'],
    [['deploy', 'a/b', 'a/c', '--weight', '1', '--weight', '1'], 'hf upload OWNER/NAME FOLDER'],
    [['tag', 'a/b', '--next'], 'hf upload a/b FOLDER'],
    [['tag', 'a/b', 'v1', '--dataset'], 'hf upload a/b FOLDER --repo-type dataset'],
  ])('names the command that pushes a folder to a repo without files: %j', async (parameters, way) => {
    refuses('repo_empty')
    const { code, err } = await cli(...parameters)
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringMatching(/^slipway: No\. To push a folder: HF_ENDPOINT=/),
    })
    expect(err.trimEnd()).toMatch(new RegExp(`${way}$`))
  })

  it.each([
    [['pull', 'a/b', '--repo', 'c/d'], 'owner_not_found'],
    [['pull', 'a/b'], 'quota_reached'],
    [['deploy', 'a/b'], 'revision_not_found'],
  ])('is shown unchanged if the command would not help: %j', async (parameters, code) => {
    refuses(code)
    expect(await cli(...parameters)).toEqual({ code: 1, out: '', err: 'slipway: No.\n' })
  })
})

it('slipway status shows the role of the caller apart from the scopes of the key', async () => {
  const me = { username: 'ada', role: 'member', scopes: ['read', 'admin'] }
  vi.stubGlobal('fetch', async (url: string) => Response.json(url.endsWith('/me') ? me : { items: [] }))
  expect((await cli('status')).out).toContain('  as ada (member; scopes: read, admin)\n')
})
