import { afterEach, describe, expect, it, vi } from 'vitest'
import { cli } from './support/run-cli.ts'

afterEach(() => vi.unstubAllGlobals())
const answers = (answer: object) => vi.stubGlobal('fetch', async () => Response.json(answer))

describe('what the CLI names next', () => {
  const empty = { id: 'acme/one', visibility: 'private', refs: {}, tags: [] }
  const upload = 'next: HF_ENDPOINT=http://127.0.0.1:8000 HF_TOKEN="$(cat key)" hf upload acme/one FOLDER'

  it.each([
    [['repo', 'create', 'acme/one'], 'model', `${upload}\n`],
    [['repo', 'create', 'acme/one', '--dataset'], 'dataset', `${upload} --repo-type dataset\n`],
    [['show', 'acme/one'], 'model', `It is empty.\n${upload}\n`],
    [['show', 'acme/one', '--dataset'], 'dataset', `It is empty.\n${upload} --repo-type dataset\n`],
    [['repo', 'delete', 'acme/one'], 'model', 'next: slipway repo undelete acme/one\n'],
    [['repo', 'delete', 'acme/one', '--dataset'], 'dataset', 'next: slipway repo undelete acme/one --dataset\n'],
  ])('is a whole line that works, after %j', async (parameters, kind, err) => {
    answers({ ...empty, kind })
    expect(await cli(...parameters)).toMatchObject({ code: 0, err })
  })

  it('is no deployment of a dataset', async () => {
    answers({ name: 'v1', revision: 'a'.repeat(40) })
    expect((await cli('tag', 'acme/one', '--next')).err).toBe('next: slipway deploy acme/one@v1\n')
    expect((await cli('tag', 'acme/one', '--next', '--dataset')).err).toBe('')
  })
})
