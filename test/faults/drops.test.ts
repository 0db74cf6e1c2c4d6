import { describe, expect, it } from 'vitest'
import { getImportDetails } from '../../shared/table/imports.ts'
import { type DropTest, freshDrops } from './support/drop-test.ts'

let drop: DropTest
freshDrops('drops', (fresh) => {
  drop = fresh
})

describe('a drop with a marker', () => {
  it('is imported as the version of its folder, without the marker and without pickles', async () => {
    await drop.put({ 'config.json': '{}', 'sub/a b+ü.txt': 'text', 'weights.pkl': 'pickle', _SUCCESS: '' })
    await drop.mark()
    await drop.idle()
    const [item] = await drop.imports()
    expect(item).toMatchObject({ state: 'READY', tag: 'v1' })
    expect(await getImportDetails(drop.lab.table, item?.id ?? '')).toMatchObject({
      skipped: [{ path: 'weights.pkl', reason: expect.stringContaining('pickle') }],
    })
    expect(await drop.paths()).toEqual([['config.json', 'sub/a b+ü.txt']])
    const { items } = await drop.visible()
    expect(items).toContainEqual(expect.objectContaining({ kind: 'tag', name: 'v1', revision: item?.revision }))
    expect(await drop.leftovers()).toEqual([])
  })

  it('transfers large files in parts', async () => {
    await drop.put({ 'big.txt': 'x'.repeat(9 * 1024 ** 2), _SUCCESS: '' })
    await drop.mark()
    await drop.idle()
    expect(await drop.imports()).toMatchObject([{ state: 'READY' }])
    expect(await drop.paths()).toEqual([['big.txt']])
    expect(drop.process.messages.filter(({ step }) => step === 'transfer').length).toBeGreaterThan(100)
  })

  it('is one import, however often and in whatever order its events arrive', async () => {
    await drop.put({ 'a.txt': 'a', 'b.txt': 'b', _SUCCESS: '' })
    await Promise.all([
      drop.mark(),
      drop.event('b.txt'),
      drop.mark(),
      drop.event('a.txt'),
      drop.event('a.txt'),
      drop.mark(),
    ])
    await drop.idle()
    drop.later(3600)
    for (const { message } of drop.looks.splice(0)) await drop.handle(message)
    await drop.mark()
    await drop.idle()
    expect(await drop.imports()).toMatchObject([{ state: 'READY' }])
    expect(drop.looks).toEqual([])
  })

  it('is imported again if the same files are dropped again, as the same revision', async () => {
    await drop.put({ 'a.txt': 'a', _SUCCESS: '' })
    await drop.mark()
    await drop.idle()
    const before = await drop.visible()
    await drop.put({ 'a.txt': 'a', _SUCCESS: '' })
    await drop.mark()
    await drop.idle()
    const all = await drop.imports()
    expect(all).toMatchObject([{ state: 'READY' }, { state: 'READY' }])
    expect(all[0]?.revision).toBe(all[1]?.revision)
    expect(await drop.visible()).toEqual(before)
  })

  it('makes a new revision for a new version', async () => {
    for (const version of ['v1', 'v2']) {
      await drop.put({ 'a.txt': version, _SUCCESS: '' }, version)
      await drop.mark(version)
      await drop.idle()
    }
    const [second, first] = await drop.imports()
    expect(second?.revision).not.toBe(first?.revision)
    const { items } = await drop.visible()
    expect(items).toContainEqual(expect.objectContaining({ name: 'v1', revision: first?.revision }))
    expect(items).toContainEqual(expect.objectContaining({ name: 'v2', revision: second?.revision }))
    expect(items).toContainEqual(expect.objectContaining({ name: 'main', revision: second?.revision }))
  })

  it('fails by the name of its version if that has other content, and changes nothing', async () => {
    await drop.put({ 'a.txt': 'one', _SUCCESS: '' })
    await drop.mark()
    await drop.idle()
    const before = await drop.visible()
    await drop.put({ 'a.txt': 'two', _SUCCESS: '' })
    await drop.mark()
    await drop.idle()
    const [item] = await drop.imports()
    expect(item).toMatchObject({ state: 'FAILED', failure: { code: 'version_exists' } })
    expect(item?.failure?.message).toContain('"v1"')
    expect(await drop.visible()).toEqual(before)
    expect(await drop.leftovers()).toEqual([])
    await drop.mark()
    await drop.idle()
    expect(await drop.imports()).toHaveLength(2)
  })

  it('fails if it is empty', async () => {
    await drop.put({ _SUCCESS: '' })
    await drop.mark()
    await drop.idle()
    const message = expect.stringMatching(/^The drop folder "drop\/.+\/" holds no files\. Check its name/)
    expect(await drop.imports()).toMatchObject([{ state: 'FAILED', failure: { code: 'nothing_to_import', message } }])
    expect((await drop.visible()).items).toEqual([])
  })

  it('is ignored if it was removed again', async () => {
    await drop.mark()
    await drop.event('a.txt')
    for (const { message } of drop.looks.splice(0)) await drop.handle(message)
    expect(await drop.imports()).toEqual([])
    expect(drop.looks).toEqual([])
  })
})
