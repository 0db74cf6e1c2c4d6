import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDataFolder } from '../../../infra/local/data-folder.ts'

describe('the data folder', () => {
  let parent: string
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'slipway-'))
  })
  afterAll(() => rm(parent, { recursive: true }))

  it('is made with the folders above it, for its owner alone, and opened again', async () => {
    const path = join(parent, 'a', 'b')
    await openDataFolder(path)
    const { dropDir } = await openDataFolder(path)
    for (const folder of [dropDir, path, join(parent, 'a')]) expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })

  it('takes the database of an earlier version from other users, in a folder that they can read', async () => {
    const path = join(parent, 'shared')
    await mkdir(path, { mode: 0o755 })
    const files = ['', '-wal', '-shm'].map((ending) => join(path, `dynamodb.sqlite${ending}`))
    for (const file of files) await writeFile(file, '', { mode: 0o644 })
    await openDataFolder(path)
    for (const file of files) expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('is opened by every one of several starts at the same time, because the lock decides among them', async () => {
    const path = join(parent, 'c', 'd', 'e')
    const opened = await Promise.all([openDataFolder(path), openDataFolder(path), openDataFolder(path)])
    expect(opened.map(({ root }) => root)).toEqual([path, path, path])
  })

  it('is refused with its name if it is on a disk that is not mounted, which a link points to', async () => {
    await symlink(join(parent, 'unmounted'), join(parent, 'link'))
    await expect(openDataFolder(join(parent, 'link', 'data'))).rejects.toThrow(join(parent, 'link', 'data'))
  })

  it.runIf(process.platform === 'linux')('is refused in a folder that takes no folders', async () => {
    await expect(openDataFolder('/proc/x')).rejects.toThrow(/\/proc\/x.*SLIPWAY_DATA=/)
  })
})
