import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cli } from './support/run-cli.ts'

let asked: string[]
beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(new URL(url).search)
    return Response.json({ items: [] })
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('slipway ls', () => {
  it.each([
    [['acme'], '?owner=acme&limit=100'],
    [['acme', '--sort', 'updated'], '?owner=acme&sort=updated&limit=100'],
    [['acme/all-'], '?prefix=acme%2Fall-&limit=100'],
    [['acme/'], '?prefix=acme%2F&limit=100'],
  ])('takes an owner or the start of a name as a parameter: %j', async (parameters, query) => {
    expect((await cli('ls', ...parameters)).code).toBe(0)
    expect(asked).toEqual([query])
  })

  it('suggests --prefix if the owner has no models', async () => {
    expect((await cli('ls', 'iris')).err).toBe(
      'No model of the owner "iris" matches. To search by the start of a name: slipway ls --prefix iris\n',
    )
    expect((await cli('ls', 'acme/x', '--dataset')).err).toBe('No dataset matches.\n')
  })

  it.each([
    [['acme', '--owner', 'lab'], '"acme" means the same as --owner: use one of them'],
    [['acme', 'lab'], '"lab" is one parameter too many'],
  ])('refuses %j with a usage error', async (parameters, message) => {
    expect(await cli('ls', ...parameters)).toMatchObject({ code: 2, err: expect.stringContaining(message) })
    expect(asked).toEqual([])
  })
})
