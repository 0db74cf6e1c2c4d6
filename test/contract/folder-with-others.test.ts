import { execFileSync } from 'node:child_process'
import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { objectKeys } from '../../shared/objects/keys.ts'
import { ObjectMissing } from '../../shared/objects/object-store.ts'
import { objects, put, root, useFolder } from './test-folder.ts'
import { keysBelow } from './test-store.ts'

useFolder()

describe('a folder that other programs write to', () => {
  it('lists open uploads even if a file manager left files among them', async () => {
    const key = objectKeys.staging('imp_1', 'f')
    await objects.uploads.create({ key })
    await writeFile(join(root, 'staging', '.uploads', '.DS_Store'), '')
    const open = await objects.uploads.open({ prefix: 'staging/', limit: 10 })
    expect(open.map((upload) => upload.key)).toEqual([key])
  })

  it('takes only plain files of a drop as objects: no links, folders or pipes', async () => {
    const secret = join(root, 'key')
    const folder = join(root, 'drop', 'acme', 'model', 'v1')
    await mkdir(join(folder, 'config.json'), { recursive: true })
    await mkdir(join(root, 'elsewhere'))
    await writeFile(join(root, 'elsewhere', 'file'), 'x')
    await writeFile(secret, 'hf_secret')
    await writeFile(join(folder, 'real'), 'x')
    await symlink(secret, join(folder, 'link'))
    await symlink(join(root, 'elsewhere'), join(folder, 'folder-link'))
    await symlink(join(root, 'nowhere'), join(folder, 'broken-link'))
    execFileSync('mkfifo', [join(folder, 'pipe')])
    const prefix = 'drop/acme/model/v1/'
    expect(await keysBelow(objects, 'drop/')).toEqual([`${prefix}real`])
    for (const name of ['link', 'broken-link', 'pipe', 'config.json', 'folder-link']) {
      expect(await objects.head({ key: prefix + name })).toBeUndefined()
      await expect(objects.get({ key: prefix + name })).rejects.toThrow(ObjectMissing)
      await expect(objects.copy({ from: prefix + name, to: 'blobs/x' })).rejects.toThrow(ObjectMissing)
    }
    await objects.delete({ keys: [`${prefix}config.json`, `${prefix}real/below`] })
    expect(await keysBelow(objects, 'drop/')).toEqual([`${prefix}real`])
  })

  it('lists a drop that has folders with the names of internal ones', async () => {
    const key = 'drop/acme/model/v1/staging/.writing/x'
    await put(key, 'x')
    await put('drop/acme/model/v1/staging/.uploads/y', 'y')
    expect(await keysBelow(objects, 'drop/')).toHaveLength(2)
  })

  it('lists every object while unrelated folders come and go', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `drop/acme/model/v1/d${index}/f`).toSorted()
    for (const key of keys) await put(key, 'x')
    let isOver = false
    const comeAndGo = async () => {
      for (let turn = 0; !isOver; turn++) {
        const folder = join(root, 'drop', 'acme', 'other', `v${turn % 5}`)
        await mkdir(join(folder, 'a', 'b'), { recursive: true })
        await rm(folder, { recursive: true, force: true })
      }
    }
    const coming = comeAndGo()
    try {
      for (let times = 0; times < 400; times++) expect(await keysBelow(objects, 'drop/')).toEqual(keys)
    } finally {
      isOver = true
      await coming
    }
  })

  it('reports when a file arrived, not the modification time copied with it', async () => {
    const path = join(root, 'drop', 'acme', 'model', 'v1', 'x')
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, 'x')
    await utimes(path, new Date(0), new Date(0))
    const info = await objects.head({ key: 'drop/acme/model/v1/x' })
    expect(Date.now() - (info?.modifiedAt.getTime() ?? 0)).toBeLessThan(60_000)
  })

  it('does not mix two states of a file that changes while it is read', async () => {
    const path = join(root, 'drop', 'acme', 'model', 'v1', 'x')
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, 'a'.repeat(300_000))
    const { body } = await objects.get({ key: 'drop/acme/model/v1/x' })
    const reading = body[Symbol.asyncIterator]()
    await reading.next()
    await writeFile(path, 'b'.repeat(300_000))
    await expect(buffer({ [Symbol.asyncIterator]: () => reading })).rejects.toThrow('changed while it was being read')
  })
})
