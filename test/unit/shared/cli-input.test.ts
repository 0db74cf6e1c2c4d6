import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cli } from './support/run-cli.ts'

let asked: { method: string; url: string; body: unknown }[]
beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', async (url: string, { method = '', body }: RequestInit) => {
    asked.push({ method, url, body: typeof body === 'string' ? JSON.parse(body) : body })
    const repo = { id: 'acme/one', tags: ['gold', 'tabular'], refs: {} }
    const started = { id: 'imp_1', repo: 'acme/one', state: 'PENDING', name: 'one', targets: [], url: '/p' }
    return Response.json({ ...repo, ...started })
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('the source of slipway pull', () => {
  it.each([
    ['acme/one', 'hf://acme/one'],
    ['acme/one@v1', 'hf://acme/one@v1'],
    ['https://huggingface.co/acme/one/tree/refs%2Fpr%2F1', 'hf://acme/one@refs/pr/1'],
    ['https://huggingface.co/acme/one/tree/main?library=transformers', 'hf://acme/one@main'],
    ['https://huggingface.co/acme/one#usage', 'hf://acme/one'],
    ['hf.co/acme/one', 'hf://acme/one'],
    ['huggingface.co/acme/one/', 'hf://acme/one'],
  ])('may be pasted from a browser: %s', async (given, source) => {
    expect((await cli('pull', given, '--detach')).code).toBe(0)
    expect(asked[0]?.body).toEqual({ source })
  })

  it('is shown as it was understood if it was a web address', async () => {
    const { err } = await cli('pull', 'https://huggingface.co/acme/one', '--detach')
    expect(err).toContain('reading this as hf://acme/one, from the Hub that the server uses as HF_ENDPOINT\n')
    expect((await cli('pull', 'hf://acme/one', '--detach')).err).not.toContain('HF_ENDPOINT')
  })

  it.each([
    [['pull', 'one'], '"one" names no owner'],
    [['pull', 'https://huggingface.co/datasets/acme/one'], 'is a dataset'],
    [['pull', 'https://example.com/acme/one'], 'is not a source'],
    [['pull', 'acme/one', '--repo', 'one'], '"one" is not a repo name'],
    [['deploy', 'one'], '"one" is not a repo name'],
    [['deploy', 'acme/one', '--shadow', 'one'], '"one" is not a repo name'],
    [['pull', './one'], '"./one" is a folder on this machine'],
    [['pull', '/data/one'], 'To upload a folder, see the command that "slipway repo create OWNER/NAME" prints'],
    [['pull', 's3-drop://acme'], 'is not a source. Use'],
  ])('is refused with a usage error if it is malformed: %j', async (parameters, said) => {
    expect(await cli(...parameters)).toMatchObject({ code: 2, err: expect.stringContaining(said) })
    expect(asked).toEqual([])
  })
})

describe('a command for a deployment', () => {
  it.each(['pause', 'resume', 'undeploy', 'status'])(
    'explains that it got the name of a model: %s',
    async (command) => {
      const said =
        'slipway: "acme/one" is a model, but this command needs the name of a deployment: "slipway status" lists them'
      expect(await cli(command, 'acme/one')).toMatchObject({ code: 2, err: expect.stringContaining(said) })
      expect(asked).toEqual([])
    },
  )
})

describe('slipway diff', () => {
  it.each([
    [['Acme/one@v1', 'acme/one@v2'], 'slipway diff acme/one@v2 v1'],
    [['acme/one@v1', 'acme/two@v2'], 'diff compares two revisions of one model'],
  ])('suggests the right form for two full names: %j', async (parameters, said) => {
    expect(await cli('diff', ...parameters)).toMatchObject({ code: 2, err: expect.stringContaining(said) })
    expect(asked).toEqual([])
  })
})

describe('slipway repo tags', () => {
  it('lists the tags without arguments, and removes them only with --clear', async () => {
    expect(await cli('repo', 'tags', 'acme/one')).toMatchObject({ code: 0, out: 'gold\ntabular\n' })
    expect(asked.map(({ method }) => method)).toEqual(['GET'])
    await cli('repo', 'tags', 'acme/one', '--clear')
    expect(asked.at(-1)).toMatchObject({ method: 'PATCH', body: { tags: [] } })
    expect(await cli('repo', 'tags', 'acme/one', 'new', '--clear')).toMatchObject({ code: 2 })
  })
})

describe('slipway predict', () => {
  it.each([
    [['hello world'], `It is JSON, so a text is quoted twice: slipway predict one '"hello world"'`],
    [[`it's "so"`], `slipway predict one '"it'\\''s \\"so\\""'`],
    [['{"a": 1'], 'is not JSON'],
    [[], 'there is no input'],
    [['@'], '"@" needs the name of a file'],
    [['@/nonexistent'], '"/nonexistent" cannot be read: there is no such file'],
  ])('says what to type instead of %j', async (given, said) => {
    const { code, err } = await cli('predict', 'one', ...given)
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(said) })
    expect(asked).toEqual([])
  })

  it('refuses a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-'))
    expect(await cli('predict', 'one', `@${folder}`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('is not a file'),
    })
    await rm(folder, { recursive: true })
  })

  it.runIf(process.platform === 'linux')(
    'reports an unreadable file as unreadable, not as a version mismatch',
    async () => {
      const unreadable = '/proc/self/mem'
      for (const [given, said] of [
        [`@${unreadable}`, `"${unreadable}" cannot be read: `],
        [unreadable, 'the input is not JSON'],
      ] as const)
        expect(await cli('predict', 'one', given)).toMatchObject({ code: 2, err: expect.stringContaining(said) })
    },
  )

  it.each([
    ['photo.jpg', '\xff\xd8', (path: string) => `slipway predict one @${path}`],
    ['rows.json', '[[1]]', (path: string) => `slipway predict one - < ${path}`],
  ])('says how to send a file that was named without "@": %s', async (name, content, right) => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-'))
    const path = join(folder, name)
    await writeFile(path, content, 'latin1')
    const said = `"${path}" is a file: to send what is in it, ${right(path)}`
    expect(await cli('predict', 'one', path)).toMatchObject({ code: 2, err: expect.stringContaining(said) })
    expect(asked).toEqual([])
    await rm(folder, { recursive: true })
  })

  it('says how to send a JSON file that was given as a picture', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-'))
    const path = join(folder, 'rows.json')
    await writeFile(path, '[[5.1, 3.5, 1.4, 0.2]]\n')
    expect(await cli('predict', 'one', `@${path}`)).toMatchObject({
      code: 2,
      err: expect.stringContaining(`to send a JSON file: slipway predict one - < ${path} `),
    })
    expect(asked).toEqual([])
    await rm(folder, { recursive: true })
  })
})
