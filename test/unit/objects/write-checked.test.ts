import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { writeChecked } from '../../../shared/objects/write-checked.ts'

it('leaves no file if the body breaks off right after its first bytes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-writing-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  async function* broken() {
    yield Buffer.from('begun')
    throw new Error('the sender is gone')
  }
  const write = () => writeChecked({ folder, body: broken(), sizeBytes: 1000 })
  for (let round = 0; round < 300; round++) {
    const outcomes = await Promise.allSettled(Array.from({ length: 32 }, write))
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  }
  expect(await readdir(folder)).toEqual([])
})
