import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ItemKey } from '../../shared/table/keys.ts'
import { absent, ConditionFailed, present, type Table } from '../../shared/table/table.ts'
import { startTable, type TestTable } from '../support/dynoxide.ts'

let database: TestTable
let table: Table
let count = 0
beforeAll(async () => {
  database = await startTable()
  table = database.table
})
afterAll(() => database.close())

/** A new partition for each test. */
const newKey = (sk = 'a'): ItemKey => ({ pk: `TEST#${++count}`, sk })
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('one item', () => {
  it('is returned as it was put, without undefined values', async () => {
    const key = newKey()
    await table.put({ ...key, text: 'ü', list: [1, { deep: true }], nothing: undefined, none: null })
    expect(await table.get(key)).toStrictEqual({ ...key, text: 'ü', list: [1, { deep: true }], none: null })
    await table.delete(key)
    await table.delete(key)
    expect(await table.get(key)).toBeUndefined()
  })

  it('is put by exactly one of many that require it to be absent', async () => {
    const key = newKey()
    const puts = Array.from({ length: 8 }, (_, who) => failureOf(table.put({ ...key, who }, absent)))
    const outcomes = await Promise.all(puts)
    expect(outcomes.filter((error) => error === undefined)).toHaveLength(1)
    expect(outcomes.filter((error) => error instanceof ConditionFailed)).toHaveLength(7)
    expect(await table.get(key)).toMatchObject({ who: outcomes.indexOf(undefined) })
  })

  it('is updated only while its condition holds', async () => {
    const key = newKey()
    const move = (from: string, to: string) =>
      table.update(key, {
        expression: 'SET #state = :to',
        condition: '#state = :from',
        names: { '#state': 'state' },
        values: { ':from': from, ':to': to },
      })
    await table.put({ ...key, state: 'one' })
    await move('one', 'two')
    await expect(move('one', 'three')).rejects.toThrow(ConditionFailed)
    expect(await table.get(key)).toMatchObject({ state: 'two' })
  })
})

describe('a transaction', () => {
  it('writes all or nothing, and reports which conditions failed', async () => {
    const [there, other, gone] = [newKey(), newKey(), newKey()]
    await table.put({ ...there, number: 1 })
    await table.put({ ...gone, number: 1 })
    const error = await failureOf(
      table.transact([
        { put: { ...other, number: 1 }, condition: absent },
        { put: { ...there, number: 2 }, condition: absent },
        { delete: gone },
        { check: newKey(), condition: present },
      ]),
    )
    expect(error).toMatchObject({ name: 'ConditionFailed', failed: [false, true, false, true] })
    expect(await table.get(other)).toBeUndefined()
    expect(await table.get(there)).toMatchObject({ number: 1 })
    expect(await table.get(gone)).toMatchObject({ number: 1 })

    await table.transact([
      { put: { ...other, number: 1 }, condition: absent },
      { update: there, change: { expression: 'ADD #n :one', names: { '#n': 'number' }, values: { ':one': 1 } } },
      { delete: gone, condition: present },
    ])
    expect(await table.get(other)).toMatchObject({ number: 1 })
    expect(await table.get(there)).toMatchObject({ number: 2 })
    expect(await table.get(gone)).toBeUndefined()
  })

  it('loses no increment when many run at once', async () => {
    const key = newKey()
    await table.put({ ...key, number: 0 })
    const add = { expression: 'ADD #n :one', names: { '#n': 'number' }, values: { ':one': 1 } }
    await Promise.all(
      Array.from({ length: 20 }, () =>
        table.transact([
          { update: key, change: add },
          { put: { ...newKey(), x: 1 }, condition: absent },
        ]),
      ),
    )
    expect(await table.get(key)).toMatchObject({ number: 20 })
  })
})

describe('a list', () => {
  it('is in the order of its sort key, forwards and backwards, page by page, each item once', async () => {
    const { pk } = newKey()
    const names = Array.from({ length: 60 }, (_, at) => `i${String(at).padStart(3, '0')}`)
    await table.putMany(names.toReversed().map((sk) => ({ pk, sk })))
    const base = { expression: 'pk = :pk', values: { ':pk': pk } }
    for (const descending of [false, true]) {
      const found: string[] = []
      let startKey: Record<string, unknown> | undefined
      do {
        const page = await table.query<ItemKey>({ ...base, limit: 7, descending, startKey })
        found.push(...page.items.map(({ sk }) => sk))
        startKey = page.nextKey
      } while (startKey !== undefined)
      expect(found).toEqual(descending ? names.toReversed() : names)
    }
    const all = await Array.fromAsync(table.queryAll<ItemKey>({ ...base, limit: 9, consistent: true }))
    expect(all.map(({ sk }) => sk)).toEqual(names)
  })

  it('continues beyond a page of DynamoDB, which ends at 1 MB', async () => {
    const { pk } = newKey()
    const text = 'x'.repeat(300_000)
    for (const sk of ['a', 'b', 'c', 'd', 'e']) await table.put({ pk, sk, text })
    const all = await Array.fromAsync(
      table.queryAll<ItemKey>({ expression: 'pk = :pk', values: { ':pk': pk }, consistent: true }),
    )
    expect(all.map(({ sk }) => sk)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('of an index contains only items that have its keys', async () => {
    const listPk = `LIST#${++count}`
    const query = { index: 'byList' as const, expression: 'listPk = :pk', values: { ':pk': listPk } }
    const [one, two] = [newKey(), newKey()]
    await table.put({ ...one, listPk, listSk: 'b' })
    await table.put({ ...two, listPk, listSk: 'a' })
    await table.put({ ...newKey() })
    expect((await table.query<ItemKey>(query)).items.map(({ pk }) => pk)).toEqual([two.pk, one.pk])
    await table.update(two, { expression: 'REMOVE listPk, listSk' })
    expect((await table.query<ItemKey>(query)).items.map(({ pk }) => pk)).toEqual([one.pk])
  })

  it('is written and removed in any number', async () => {
    const { pk } = newKey()
    const itemKeys = Array.from({ length: 101 }, (_, at) => ({ pk, sk: String(at) }))
    await table.putMany(itemKeys)
    await table.putMany([])
    const all = () => Array.fromAsync(table.queryAll<ItemKey>({ expression: 'pk = :pk', values: { ':pk': pk } }))
    expect(await all()).toHaveLength(101)
    await table.deleteMany(itemKeys)
    expect(await all()).toEqual([])
  })
})
