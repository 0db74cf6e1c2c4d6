import { readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as aTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { derivedFile } from '../../../../gpu-service/models/derived-file.ts'
import { hashFile } from '../../../../gpu-service/models/hash-file.ts'
import { ModelCache } from '../../../../gpu-service/models/model-cache.ts'
import { VerifiedFiles } from '../../../../gpu-service/models/verified-files.ts'
import { publish, repoIdOf } from '../../../support/publish.ts'
import { temporaryFolder } from '../support/folders.ts'
import { createMemoryObjects } from '../support/memory-objects.ts'

const revision = 'a'.repeat(40)
const request = { repo: 'team/model', repoId: repoIdOf('team/model'), revision, file: 'model.onnx' }
const content = Buffer.alloc(3_000_000, 'weights')

/** Flips one byte and keeps size and times, as a failing disk does. */
async function damage(path: string): Promise<void> {
  const bytes = await readFile(path)
  const place = Math.floor(bytes.length / 2)
  bytes[place] = (bytes[place] ?? 0) ^ 0xff
  await writeFile(path, bytes)
  await utimes(path, new Date(0), new Date(0))
}

async function start() {
  const objects = createMemoryObjects()
  await publish({ objects, ...request, files: { 'model.onnx': content } })
  const root = await temporaryFolder()
  const hashed: string[] = []
  const damaged: string[] = []
  const process = () => {
    const hash = (path: string) => {
      hashed.push(path)
      return hashFile(path)
    }
    return new ModelCache({
      objects,
      root,
      verified: new VerifiedFiles({ hash }),
      onDamage: ({ path }) => damaged.push(path),
    })
  }
  return { process, path: join(root, revision, 'model.onnx'), hashed, damaged }
}

it('hashes a file at most once per process while it is unchanged', async () => {
  const { process, hashed, damaged } = await start()
  const first = process()
  for (let load = 0; load < 3; load++) await first.materialise(request)
  expect(hashed).toHaveLength(0)
  const second = process()
  for (let load = 0; load < 3; load++) await second.materialise(request)
  expect(hashed).toHaveLength(1)
  expect(damaged).toEqual([])
})

it('fetches a file again whose bytes have changed, even if its size and times have not', async () => {
  const { process, path, damaged } = await start()
  const first = process()
  await first.materialise(request)
  await damage(path)
  await first.materialise(request)
  expect((await readFile(path)).equals(content)).toBe(true)
  await damage(path)
  await process().materialise(request)
  expect((await readFile(path)).equals(content)).toBe(true)
  expect(damaged).toEqual(['model.onnx', 'model.onnx'])
})

it('keeps the event loop free while a large file is hashed', async () => {
  const path = join(await temporaryFolder(), 'large')
  await writeFile(path, Buffer.alloc(200_000_000))
  let isHashed = false
  const hashed = hashFile(path).finally(() => {
    isHashed = true
  })
  let turns = 0
  for (; !isHashed; turns++) await aTurn()
  await hashed
  // Reading and hashing it here would take a few.
  expect(turns).toBeGreaterThan(100)
})

it('remakes a derived file that has changed or whose checksum is damaged', async () => {
  const path = join(await temporaryFolder(), 'model.onnx')
  await writeFile(path, content)
  const whole = Buffer.concat([content, Buffer.from('more')])
  const make = () => derivedFile({ path, recipe: 'more', write: (target) => writeFile(target, whole) })
  const target = await make()
  expect((await readFile(target)).equals(whole)).toBe(true)
  await damage(target)
  expect(await make()).toBe(target)
  expect((await readFile(target)).equals(whole)).toBe(true)
  await writeFile(`${target}.sha256`, 'half')
  await make()
  expect((await readFile(target)).equals(whole)).toBe(true)
})
