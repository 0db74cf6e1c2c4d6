import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { deployment } from './support/answered-deployment.ts'
import { cli } from './support/run-cli.ts'

const run = promisify(execFile)
const inputs = [{ name: 'pixels', shape: ['batch', 3] }]

let asked: { url: string; type: string | null; body: unknown }[]
let task: string
beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', async (url: string, { headers, body }: RequestInit) => {
    asked.push({ url, type: new Headers(headers).get('content-type'), body })
    if (url.includes('/revisions/')) return Response.json({ metadata: { onnx: [{ path: 'model.onnx', inputs }] } })
    return Response.json({ ...deployment, task })
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('slipway deploy', () => {
  it.each([
    ['feature-extraction', `'"some text"'`],
    ['image-classification', '@photo.jpg'],
    ['question-answering', `'{"inputs": {"question": "Who is here?", "context": "Only Ada is here."}}'`],
    ['tabular-regression', `'[[0,0,0]]'`],
    ['tensors', `'{"pixels":[[0,0,0]]}'`],
  ])('suggests an example input for %s', async (of, example) => {
    task = of
    expect((await cli('deploy', 'acme/one')).err).toBe(`next: slipway predict one ${example}\n`)
  })

  it.each([
    ['zero-shot-image-classification', (body: { inputs: string }) => body.inputs],
    ['image-text-classification', (body: { inputs: { image: string } }) => body.inputs.image],
  ])('suggests a shell line for %s that sends a picture', async (of, pictureOf) => {
    task = of
    const [, piped = ''] = (await cli('deploy', 'acme/one')).err.match(/predict one - (.*)\n/) ?? []
    const folder = await mkdtemp(join(tmpdir(), 'slipway-'))
    const picture = Buffer.alloc(200_000, 'a picture')
    await writeFile(join(folder, 'photo.jpg'), picture)
    const { stdout } = await run('bash', ['-c', `cat ${piped}`], { cwd: folder, maxBuffer: 2 ** 20 })
    expect(Buffer.from(pictureOf(JSON.parse(stdout)), 'base64')).toEqual(picture)
    await rm(folder, { recursive: true })
  })

  it('sends replicas and limits by their API names', async () => {
    const options = ['--min', '1', '--max', '2', '--concurrency', '8', '--requests-per-second', '2.5']
    expect((await cli('deploy', 'acme/one', ...options)).code).toBe(0)
    const limits = { concurrency: 8, requestsPerSecond: 2.5 }
    expect(JSON.parse(String(asked[0]?.body))).toEqual({ target: 'acme/one', min: 1, max: 2, limits })
  })

  it.each([
    [['a/b', 'a/c', '--weight', '50', '--weight', '-5'], '--weight takes a number of 0 or more, not "-5"'],
    [['--name', 'one', '--update', '--weight', '5'], 'name every target, and then as many of --weight'],
  ])('explains what is wrong with the weights of %j', async (parameters, message) => {
    expect(await cli('deploy', ...parameters)).toMatchObject({ code: 2, err: expect.stringContaining(message) })
    expect(asked).toEqual([])
  })
})

describe('slipway predict', () => {
  it.each([
    ['[[1]]', { inputs: [[1]] }],
    ['{"question": "q", "context": "c"}', { inputs: { question: 'q', context: 'c' } }],
    ['{"inputs": "a", "parameters": {"top_k": 1}}', { inputs: 'a', parameters: { top_k: 1 } }],
  ])('wraps the input for the API: %s', async (given, body) => {
    expect((await cli('predict', 'one', given)).code).toBe(0)
    expect(asked[1]?.type).toBe('application/json')
    expect(JSON.parse(String(asked[1]?.body))).toEqual(body)
  })

  it('sends the bytes of a file unchanged, and names a file that cannot be read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-'))
    const path = join(folder, 'photo.jpg')
    await writeFile(path, new Uint8Array([255, 216, 255, 0]))
    expect((await cli('predict', 'one', `@${path}`)).code).toBe(0)
    expect(asked[1]).toMatchObject({ type: 'application/octet-stream', body: new Uint8Array([255, 216, 255, 0]) })
    expect(await cli('predict', 'one', `@${path}x`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('photo.jpgx'),
    })
    await rm(folder, { recursive: true })
  })
})
