import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSlipway } from '../support/run-slipway.ts'
import { startTarget, type Target } from './target.ts'

const slipway = fileURLToPath(new URL('../../shared/client/slipway.mjs', import.meta.url))

let target: Target
beforeAll(async () => {
  target = await startTarget()
})
afterAll(() => target.close())

const run = (
  parameters: string[],
  { input, environment }: { input?: string; environment?: Record<string, string> } = {},
) =>
  runSlipway(parameters, {
    ...(input !== undefined && { input }),
    environment: { SLIPWAY_URL: target.api.url, SLIPWAY_API_KEY: target.key, ...environment },
  })

describe.skipIf(process.env.SLIPWAY_URL !== undefined)('slipway', () => {
  it('pulls, deploys, predicts, shows and lists, and suggests the next step', async () => {
    const pulled = await run(['pull', 'hf://acme/digits'])
    expect(pulled).toMatchObject({ code: 0, out: expect.stringMatching(/^acme\/digits {2}[0-9a-f]{40} {2}3 files/) })
    expect(pulled.err).toContain('next: slipway deploy acme/digits')

    const deployed = await run(['deploy', 'acme/digits', '--name', 'digits'])
    expect(deployed).toMatchObject({ code: 0, out: expect.stringContaining('READY') })

    const predicted = await run(['predict', 'digits', '-'], { input: JSON.stringify([Array(64).fill(0)]) })
    expect(predicted.code).toBe(0)
    expect(JSON.parse(predicted.out)[0].label).toMatch(/^\d$/)
    expect(predicted.err).toMatch(/queue .* ms · run .* ms · batch 1/)

    expect((await run(['show', 'acme/digits'])).out).toContain('float32')
    expect((await run(['ls'])).out).toMatch(/acme\/digits +tabular-classification/)
    expect((await run(['status'])).out).toContain('digits')
    expect((await run(['undeploy', 'digits'])).code).toBe(0)
  })

  it('splits a deployment between targets, changes, pauses and resumes it, and shows its status', async () => {
    expect((await run(['pull', 'hf://acme/digits'])).code).toBe(0)
    expect((await run(['alias', 'acme/digits@main', 'champion'])).code).toBe(0)
    const shares = ['--weight', '90', '--weight', '10', '--canary-errors', '0.05']
    const made = await run(['deploy', 'acme/digits@champion', 'acme/digits@main', '--name', 'shared', ...shares])
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/ {2}90 % {2}READY {2}acme\/digits@champion\n/) })
    const details = await run(['status', 'shared'])
    expect(details.out).toMatch(/acme\/digits@champion +[0-9a-f]{12} +model.onnx +90 % +READY +follows its alias/)

    const changed = await run(['deploy', 'acme/digits', '--name', 'shared', '--update', '--idle', '9', '--json'])
    expect(JSON.parse(changed.out)).toMatchObject({ state: 'READY', targets: [{ ref: 'main' }], idleSeconds: 9 })
    expect((await run(['pause', 'shared'])).out).toMatch(/^shared {2}PAUSED/)
    const refused = await run(['predict', 'shared', '[[0]]'])
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('slipway resume shared') })
    expect((await run(['resume', 'shared'])).code).toBe(0)
    expect((await run(['undeploy', 'shared'])).code).toBe(0)

    for (const wrong of [
      ['deploy'],
      ['deploy', 'a/b', 'a/c', '--weight', '1'],
      ['deploy', 'a/b', '--min', 'one'],
      ['deploy', '--update'],
    ])
      expect(await run(wrong)).toMatchObject({ code: 2, err: expect.stringContaining('slipway deploy --help') })
  })

  it('makes a key that is limited to its scopes and stops working when revoked', async () => {
    const made = await run(['keys', 'create', 'notebook', '--scope', 'read', '--json'])
    const { id, token } = JSON.parse(made.out)
    const environment = { SLIPWAY_API_KEY: token }
    expect(await run(['ls'], { environment })).toMatchObject({ code: 0 })
    expect(await run(['repo', 'create', 'acme/by-reader'], { environment })).toMatchObject({ code: 1 })
    expect(await run(['keys', 'revoke', id])).toMatchObject({ code: 0, out: `${id} is revoked\n` })
    expect(await run(['ls'], { environment })).toMatchObject({
      code: 1,
      err: expect.stringContaining('does not accept the API key'),
    })
  })

  it('predicts with a key that may do nothing else', async () => {
    expect((await run(['pull', 'hf://acme/digits'])).code).toBe(0)
    expect((await run(['deploy', 'acme/digits', '--name', 'asked'])).code).toBe(0)
    const { out } = await run(['keys', 'create', 'app', '--scope', 'infer'])
    const input = JSON.stringify([Array(64).fill(0)])
    const predicted = await run(['predict', 'asked', '-'], { input, environment: { SLIPWAY_API_KEY: out.trim() } })
    expect(predicted).toMatchObject({ code: 0, out: expect.stringContaining('"label"') })
    expect((await run(['predict', 'acme/digits', '-'], { input })).out).toBe(predicted.out)
    expect((await run(['undeploy', 'asked'])).code).toBe(0)
  })

  it('adds a user, adds and removes an organisation member, and disables a user', async () => {
    expect((await run(['pull', 'hf://acme/digits'])).code).toBe(0)
    const added = await run(['users', 'add', 'grace', '--email', 'grace@example.com'])
    expect(added).toMatchObject({ code: 0, out: expect.stringMatching(/^\S{24}\n$/) })
    expect((await run(['members', 'add', 'acme', 'grace', '--role', 'write'])).out).toBe(
      'grace has the role write in acme\n',
    )
    expect((await run(['members', 'acme'])).out).toMatch(/^grace +write /m)

    const login = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const body = JSON.stringify({ login: 'grace', password: added.out.trim() })
    const session = await (await fetch(`${target.api.url}/api/v1/auth/login`, { ...login, body })).json()
    const environment = { SLIPWAY_API_KEY: (session as { accessToken: string }).accessToken }
    expect((await run(['ls', 'acme'], { environment })).out).toContain('acme/digits')
    expect((await run(['members', 'remove', 'acme', 'grace'])).code).toBe(0)
    expect((await run(['ls', 'acme'], { environment })).out).toBe('')

    expect((await run(['users', 'disable', 'grace'])).code).toBe(0)
    expect((await run(['users'])).out).toMatch(/^grace .* disabled /m)
    expect((await run(['ls'], { environment })).code).toBe(1)
    expect(await run(['invite', 'grace@example.com'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('SLIPWAY_REGISTRATION=invitation'),
    })
  })

  it('prints one JSON value on stdout with --json, and nothing else', async () => {
    for (const command of [
      ['pull', 'hf://acme/digits'],
      ['ls'],
      ['status'],
      ['show', 'acme/digits'],
      ['usage'],
      ['keys'],
      ['gc', '--dry-run'],
    ]) {
      const { code, out } = await run([...command, '--json'])
      expect(code).toBe(0)
      expect(() => JSON.parse(out)).not.toThrow()
    }
  })

  it('exits with 1 when the work fails, saying why, also as JSON', async () => {
    const failed = await run(['pull', 'hf://acme/absent', '--json'])
    expect(failed.code).toBe(1)
    expect(JSON.parse(failed.out)).toMatchObject({
      state: 'FAILED',
      failure: { message: expect.stringContaining('acme/absent') },
    })
    expect(failed.err).toContain('acme/absent')
    const refused = await run(['deploy', 'acme/absent', '--json'])
    expect(refused.code).toBe(1)
    expect(JSON.parse(refused.out).error.code).toBe('repo_not_found')
  })

  it.each([
    [['fly']],
    [['pull']],
    [['ls', 'acme', 'extra']],
    [['ls', '--nope']],
    [['predict', 'x', 'not json']],
    [['show', '../..']],
  ])('exits with 2 when used wrongly: %j', async (parameters) => {
    const { code, err } = await run(parameters)
    expect(code).toBe(2)
    expect(err).toMatch(/^slipway: .*help/s)
  })

  it('exits quietly when its output is closed', async () => {
    const env = { PATH: process.env.PATH, SLIPWAY_URL: target.api.url, SLIPWAY_API_KEY: target.key }
    const child = spawn(process.execPath, [slipway, 'show', 'slipway/iris'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let err = ''
    child.stderr.on('data', (text: Buffer) => (err += text.toString()))
    await once(child, 'close')
    expect(err).not.toContain('EPIPE')
  })

  it('prints its version', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  it('accepts the URL of a Hub page as a source', async () => {
    expect(await run(['pull', 'https://huggingface.co/acme/digits'])).toMatchObject({ code: 0 })
  })

  it('says how to start a server if none answers, and how to give a key if none is known', async () => {
    const nowhere = await run(['ls'], { environment: { SLIPWAY_URL: 'http://127.0.0.1:9' } })
    expect(nowhere).toMatchObject({ code: 1, err: expect.stringContaining('npm start') })
    const keyless = await run(['ls'], { environment: { SLIPWAY_API_KEY: '', SLIPWAY_DATA: '/nonexistent' } })
    expect(keyless).toMatchObject({ code: 1, err: expect.stringContaining('/nonexistent/key') })
    const wrong = await run(['ls'], { environment: { SLIPWAY_API_KEY: `hf_${'0'.repeat(43)}` } })
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('does not accept the API key') })
  })

  it('does not send the key of the data folder to another machine', async () => {
    const folder = target.host?.dataDir ?? ''
    const environment = {
      SLIPWAY_API_KEY: '',
      SLIPWAY_DATA: folder,
      SLIPWAY_URL: target.api.url.replace('127.0.0.1', '0.0.0.0'),
    }
    expect(await run(['ls'], { environment })).toMatchObject({
      code: 1,
      err: expect.stringContaining('SLIPWAY_API_KEY'),
    })
  })
})
