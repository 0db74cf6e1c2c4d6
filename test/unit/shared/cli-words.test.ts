import { afterEach, describe, expect, it, vi } from 'vitest'
import { commands } from '../../../shared/client/all-commands.ts'
import { cli } from './support/run-cli.ts'

afterEach(() => vi.unstubAllGlobals())

describe('an unknown command', () => {
  it.each([
    ['list', 'slipway ls'],
    ['ps', 'slipway status'],
    ['rm', 'slipway undeploy NAME'],
    ['run', 'slipway predict NAME'],
    ['push', 'hf upload'],
    ['config', 'SLIPWAY_API_KEY'],
    ['start', 'npm start'],
    ['rollback', 'slipway alias OWNER/NAME@REF ALIAS'],
    ['signup', 'slipway register'],
    ['invitations', 'slipway invite'],
    ['orgs', 'slipway org'],
    ['statsu', 'slipway status'],
    ['Pull', 'slipway pull'],
  ])('is answered with the right one: %s', async (word, here) => {
    expect(await cli(word, 'x')).toMatchObject({ code: 2, err: expect.stringContaining(here) })
  })

  it('is not guessed if nothing is similar', async () => {
    expect((await cli('frobnicate')).err).toBe('slipway: there is no command "frobnicate". See "slipway --help".\n')
  })
})

describe('the help', () => {
  it.each(Object.keys(commands))('is the same however it is requested: %s', async (command) => {
    const { code, out } = await cli('help', command)
    expect(code).toBe(0)
    expect(out).toContain(`Examples:\n  slipway ${command}`)
    expect(out).toContain('--json')
    expect((await cli(command, '--help')).out).toBe(out)
    expect((await cli(command, '-h')).out).toBe(out)
  })

  it('names every option of the command', async () => {
    for (const [name, { help, options, usage }] of Object.entries(commands))
      for (const option of Object.keys(options)) expect(`${name}: ${usage} ${help}`).toContain(`--${option}`)
  })

  it('fits a terminal of 120 columns', () => {
    for (const { help, usage, summary } of Object.values(commands))
      expect(`${usage}: ${summary}\n${help}`.split('\n').filter((line) => line.length > 120)).toEqual([])
  })

  it('suggests the right command for an unknown one', async () => {
    expect(await cli('help', 'list')).toMatchObject({ code: 2, err: expect.stringContaining('slipway ls') })
  })
})

it('the CLI prints its version however it is requested', async () => {
  const { out } = await cli('--version')
  expect(out).toMatch(/^\d+\.\d+\.\d+\n$/)
  expect((await cli('version')).out).toBe(out)
  expect((await cli('-v')).out).toBe(out)
})

describe('--json', () => {
  it('may come before the command', async () => {
    vi.stubGlobal('fetch', async () => Response.json({ items: [] }))
    expect(await cli('--json', 'ls')).toEqual({ code: 0, out: '[]\n', err: '' })
  })

  it.each([
    [['list', '--json'], 2, 'usage'],
    [['pull', '--json'], 2, 'usage'],
    [['ls', '--json'], 1, 'rate_limited'],
    [['ls', '--json', '--owner', 'proxy'], 1, 'not_understood'],
  ])('prints a failure of %j as JSON', async (parameters, code, errorCode) => {
    vi.stubGlobal('fetch', async (url: string) =>
      url.includes('proxy')
        ? new Response('<html>')
        : Response.json({ error: { code: 'rate_limited', message: 'Later.' } }, { status: 429 }),
    )
    const failed = await cli(...parameters)
    expect(failed.code).toBe(code)
    expect(JSON.parse(failed.out).error).toMatchObject({ code: errorCode, message: expect.any(String) })
    expect(failed.err).toMatch(/^slipway: /)
  })
})
