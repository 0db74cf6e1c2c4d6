import { describe, expect, it, vi } from 'vitest'
import { calledAs, inWordsOf } from '../../../shared/client/called-as.ts'
import { runCli } from '../../../shared/client/cli.ts'

describe('the name of the CLI', () => {
  it.each([
    [{ npm_command: 'exec', npm_lifecycle_event: 'npx' }, 'npx slipway'],
    [{ npm_command: 'run', npm_lifecycle_event: 'slipway' }, 'npm run slipway --'],
    [{ npm_command: 'run-script', npm_lifecycle_event: 'slipway' }, 'npm run slipway --'],
    [{ npm_command: 'test', npm_lifecycle_event: 'test' }, 'slipway'],
    [{}, 'slipway'],
  ])('is the one the user typed: %j', (environment, name) => {
    expect(calledAs(environment)).toEqual({ name })
  })

  it.each([
    [{ SLIPWAY_DATA: '/var/data' }, 'SLIPWAY_DATA=/var/data'],
    [{ SLIPWAY_DATA: "it's mine" }, `SLIPWAY_DATA='it'\\''s mine'`],
    [{ SLIPWAY_DATA: './.slipway' }, undefined],
    [{ SLIPWAY_DATA: '' }, undefined],
    [{ SLIPWAY_DATA: '/var/data', SLIPWAY_URL: 'http://127.0.0.1:8001' }, undefined],
  ])('includes the data folder by which the server was found: %j', (environment, setting) => {
    expect(calledAs(environment).setting).toBe(setting)
  })

  it.each([
    ['next: slipway deploy slipway/iris', 'next: X deploy slipway/iris'],
    ['"npx slipway ls" lists what you have', '"X ls" lists what you have'],
    ['slipway: it failed. See "slipway --help".', 'slipway: it failed. See "X --help".'],
    ['in /opt/slipway here', 'in /opt/slipway here'],
  ])('replaces "slipway" in the commands of a message: %s', (text, said) => {
    expect(inWordsOf({ name: 'X' }, text)).toBe(said)
  })

  it.each([
    ['next: slipway deploy slipway/iris', 'next: SLIPWAY_DATA=/d npx slipway deploy slipway/iris'],
    ['"slipway fsck --repair" mends 2', '"SLIPWAY_DATA=/d npx slipway fsck --repair" mends 2'],
    ['See "slipway --help" and "slipway pull --help".', 'See "npx slipway --help" and "npx slipway pull --help".'],
  ])('keeps the data folder in suggested commands: %s', (text, said) => {
    expect(inWordsOf({ name: 'npx slipway', setting: 'SLIPWAY_DATA=/d' }, text)).toBe(said)
  })

  it('is used in the help and in the messages of the server', async () => {
    const said: string[] = []
    const say = (text: string) => void said.push(text)
    const terminal = { out: say, err: say, isTty: false, input: (async function* () {})() }
    const connection = async () => ({ url: 'http://127.0.0.1:8000', token: 'hf_x' })
    const run = (...parameters: string[]) =>
      runCli({ parameters, connection, terminal, calledAs: { name: 'npx slipway' } })
    await run('--help')
    await run('pull', '--help')
    await run('fly')
    const error = { code: 'repo_not_found', message: 'There is none. "npx slipway ls" lists what you have.' }
    vi.stubGlobal('fetch', async () => Response.json({ error }, { status: 404 }))
    await run('show', 'a/b')
    vi.unstubAllGlobals()
    expect(said.join('')).toContain('npx slipway pull hf://')
    expect(said.join('')).toContain('"npx slipway ls" lists')
    expect(said.join('').match(/(?<!npx )slipway [a-z-]/g)).toBeNull()
  })
})
