import { describe, expect, it } from 'vitest'
import { startImport } from '../../shared/ingest/start-import.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import { type DropTest, freshDrops } from './support/drop-test.ts'

let drop: DropTest
freshDrops('drops-at-rest', (fresh) => {
  drop = fresh
})

describe('a drop without a marker', () => {
  it('is imported once nothing of it has changed for the quiet time, and not before', async () => {
    await drop.put({ 'a.txt': 'a' })
    await drop.event('a.txt')
    expect(drop.looks).toMatchObject([{ delaySeconds: drop.quietSeconds }])
    drop.later(4)
    const [first] = drop.looks.splice(0)
    await drop.handle(first?.message)
    expect(await drop.imports()).toEqual([])
    const [again] = drop.looks.splice(0)
    expect(again?.delaySeconds).toBeGreaterThanOrEqual(6)
    drop.later(again?.delaySeconds ?? 0)
    await drop.handle(again?.message)
    await drop.idle()
    expect(await drop.imports()).toMatchObject([{ state: 'READY', tag: 'v1' }])
  })

  it('is listed once per quiet time, however many of its files appear', async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`${at}.txt`, 'x']))
    await drop.put(files)
    for (const path of Object.keys(files)) await drop.event(path)
    expect(drop.looks).toHaveLength(1)
    let listed = 0
    const counting: ObjectStore = {
      ...drop.store.objects,
      list: (request) => {
        listed++
        return drop.store.objects.list(request)
      },
    }
    // Simultaneous events may each schedule a check: all but one are ignored.
    const doubled = [
      ...drop.looks.splice(0),
      { message: { settle: { repo: drop.repo, version: 'v1', id: 'another' } } },
    ]
    drop.later(4)
    for (const { message } of doubled.toReversed()) await drop.handle(message, counting)
    expect([listed, drop.looks.length]).toEqual([1, 1])
    await drop.event('1.txt')
    expect(drop.looks).toHaveLength(1)
    drop.later(20)
    for (const { message } of drop.looks.splice(0)) await drop.handle(message, counting)
    await drop.idle()
    expect([listed, drop.looks.length]).toEqual([2, 0])
    expect(await drop.imports()).toMatchObject([{ state: 'READY', filesTotal: 40 }])
  })

  it('is still checked if the scheduled check was lost', async () => {
    await drop.put({ 'a.txt': 'a' })
    await drop.event('a.txt')
    drop.looks.length = 0
    drop.later(3600)
    await drop.event('a.txt')
    expect(drop.looks).toHaveLength(1)
  })

  it('is still checked if the check was scheduled in the queue of an earlier process', async () => {
    await drop.put({ 'a.txt': 'a' })
    drop.queueLife = 'first'
    await drop.event('a.txt')
    drop.queueLife = 'second'
    await drop.event('a.txt')
    drop.queueLife = undefined
    expect(drop.looks).toHaveLength(2)
  })

  it('waits while some of its files are imported by hand', async () => {
    await drop.put({ 'a.txt': 'a', 'b.txt': 'b' })
    const byHand = await startImport({
      table: drop.lab.table,
      queue: { send: async () => {}, sendMany: async () => {} },
      source: { kind: 's3-drop', repo: drop.repo, version: 'v1' },
      repo: drop.repo,
      tag: 'v1',
      include: ['a.txt'],
      createdBy: 'test',
      now: drop.clock,
    })
    await drop.mark()
    expect(drop.looks).toHaveLength(1)
    expect(await drop.imports()).toMatchObject([{ id: byHand.item.id }])
  })

  it('is checked again after an import during which it changed', async () => {
    await drop.put({ 'a.txt': 'a' })
    drop.later(drop.quietSeconds + 5)
    const settle = { settle: { repo: drop.repo, version: 'v1' } }
    const held = { ...drop.process.queue, send: async () => {} }
    const paused = drop.process.queue
    Object.assign(drop.process, { queue: held })
    await drop.handle(settle)
    Object.assign(drop.process, { queue: paused })
    await drop.put({ 'b.txt': 'b' })
    drop.later(drop.quietSeconds + 5)
    await drop.handle(settle)
    expect(drop.looks).toMatchObject([{ message: settle }])
    expect(await drop.imports()).toHaveLength(1)
  })
})
