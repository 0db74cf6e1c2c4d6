import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'
import { readConfig } from '../../../../gpu-service/models/model-files.ts'

let root: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-config-'))
})
afterAll(() => rm(root, { recursive: true }))

it('says in one line what is wrong in a file of a model, and where', async () => {
  await writeFile(join(root, 'config.json'), '{"size": {"height": 60000}}')
  const schema = z.object({ size: z.object({ height: z.number().max(2048) }) })
  const read = readConfig({ root, paths: new Set(['config.json']) }, 'config.json', schema)
  await expect(read).rejects.toMatchObject({
    code: 'unsupported_model',
    message: expect.stringMatching(/^the file "config.json" could not be read: "size.height": .*2048\.$/),
  })
})
