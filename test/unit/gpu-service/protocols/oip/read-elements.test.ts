import { expect, it } from 'vitest'
import { outlineOf } from '../../../../../gpu-service/protocols/oip/json-outline.ts'
import { readElements } from '../../../../../gpu-service/protocols/oip/read-elements.ts'

const { signal } = new AbortController()

it('reads nested texts that look like lists in pieces, and leaves the body unchanged', async () => {
  const awkward = ['[', ']', '","', '\\"],[', '\\', '[[1,2]]', 'é]']
  const rows = Array.from({ length: 20_000 }, (_, row) => [awkward[row % awkward.length] ?? '', `${row}`])
  const body = Buffer.from(JSON.stringify({ inputs: [{ data: rows }] }))
  const before = Buffer.from(body)
  const { data } = await outlineOf(body, signal)
  const scanned = data.get(0)
  if (scanned === undefined) throw new Error('no data was found')
  expect(scanned.pieces.length).toBeGreaterThan(3)
  const shape = [rows.length, 2]
  const read = await readElements({ scanned, type: 'string', shape, count: 40_000, param: 'data', signal })
  expect(read).toEqual(rows.flat())
  expect(body.equals(before)).toBe(true)
})
