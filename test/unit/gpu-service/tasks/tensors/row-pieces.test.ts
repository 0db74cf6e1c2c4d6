import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Tensors } from '../../../../../gpu-service/engine/engine.ts'
import { createPieceSizes, joinPieces, piecesOf } from '../../../../../gpu-service/tasks/tensors/row-pieces.ts'

const yieldTurn = () => undefined
const table = (rows: number, width: number): Tensors => ({
  numbers: { type: 'float32', dims: [rows, width], data: Float32Array.from({ length: rows * width }, (_, at) => at) },
  names: { type: 'string', dims: [rows], data: Array.from({ length: rows }, (_, row) => `row ${row}`) },
})

describe('the pieces of a request', () => {
  it('hold all rows in order and join to the same rows, for any size', async () => {
    const [anyRows, anyEach] = [fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 50 })]
    await fc.assert(
      fc.asyncProperty(anyRows, fc.nat(3), anyEach, async (rows, width, each) => {
        const pieces = piecesOf({ inputs: table(rows, width), rows, from: 0, rowsEach: each, count: 50 })
        expect(Math.max(...pieces.map((piece) => piece.rows))).toBeLessThanOrEqual(each)
        const outputs = pieces.map((piece) => ({ ...piece, output: piece.inputs }))
        expect(await joinPieces(outputs, yieldTurn)).toEqual(table(rows, width))
      }),
    )
  })

  it('are not joined if the output rows do not match the input rows', async () => {
    const output = (dims: number[]): Tensors => ({
      y: { type: 'float32', dims, data: new Float32Array(dims.reduce((product, size) => product * size, 1)) },
    })
    const pieces = (...shapes: number[][]) =>
      joinPieces(
        shapes.map((dims) => ({ output: output(dims), rows: 2 })),
        yieldTurn,
      )
    expect((await pieces([2, 3], [2, 3]))?.y?.dims).toEqual([4, 3])
    expect(await pieces([2, 3], [2, 4])).toBeUndefined()
    expect(await pieces([1, 3], [1, 3])).toBeUndefined()
    expect(await pieces([2, 3], [])).toBeUndefined()
  })

  it('yield the event loop while being joined', async () => {
    let yields = 0
    const pieces = piecesOf({ inputs: table(40, 3), rows: 40, from: 0, rowsEach: 2, count: 50 })
    const outputs = pieces.map((piece) => ({ ...piece, output: piece.inputs }))
    await joinPieces(outputs, () => void yields++)
    expect(yields).toBe(2 * pieces.length)
  })
})

describe('the size of a piece', () => {
  const rows = 65_536

  /** Runs with this time per run and per row, each as large as a piece is by then. */
  function learn(sizes: ReturnType<typeof createPieceSizes>, { runMs, rowMs }: { runMs: number; rowMs: number }) {
    for (let run = 0; run < 30; run++) {
      const size = sizes.rowsEach({ rows, size: rows })
      sizes.learn({ size, runMs: runMs + rowMs * size })
    }
    return sizes.rowsEach({ rows: 4000, size: 4000 })
  }
  const fresh = (costMax = 64) => createPieceSizes({ costMax, isSteady: false })

  it('is small until the speed is known, then what runs in about 20 ms', () => {
    expect(fresh().rowsEach({ rows: 1000, size: 1000 })).toBe(64)
    expect(learn(fresh(), { runMs: 0.1, rowMs: 0.1 })).toBeGreaterThan(90)
    expect(learn(fresh(), { runMs: 0.1, rowMs: 0.1 })).toBeLessThanOrEqual(200)
    expect(learn(fresh(), { runMs: 0.1, rowMs: 10 })).toBeLessThanOrEqual(4)
    expect(learn(fresh(), { runMs: 0.1, rowMs: 0.001 })).toBe(4000)
  })

  it('is not reduced if a run takes long whatever its size', () => {
    expect(learn(fresh(), { runMs: 140, rowMs: 0.01 })).toBe(4000)
  })

  it('grows step by step, because a small run says little about a large one', () => {
    const sizes = fresh()
    sizes.learn({ size: 64, runMs: 0.1 })
    expect(sizes.rowsEach({ rows, size: rows })).toBe(128)
    sizes.learn({ size: 128, runMs: 0.1 })
    expect(sizes.rowsEach({ rows, size: rows })).toBe(1024)
  })

  it('is measured with a few runs before the rest is queued', () => {
    const sizes = createPieceSizes({ costMax: 64, isSteady: false })
    expect(sizes.countAfter(0)).toBe(1)
    expect(sizes.countAfter(1)).toBe(2)
    for (let run = 0; run < 3; run++) sizes.learn({ size: 64, runMs: 1 })
    expect(sizes.countAfter(3)).toBe(Number.POSITIVE_INFINITY)
    expect(createPieceSizes({ costMax: 64, isSteady: true }).countAfter(0)).toBe(Number.POSITIVE_INFINITY)
  })

  it('accounts for the size of a row', () => {
    const sizes = createPieceSizes({ costMax: 4096, isSteady: false })
    expect(sizes.rowsEach({ rows, size: rows * 128 })).toBe(64)
    expect(sizes.rowsEach({ rows: 10, size: 10 * 10_000 })).toBe(1)
  })

  it('is never so small that a queue overflows, nor larger than the request', () => {
    const sizes = createPieceSizes({ costMax: 64, isSteady: false })
    for (let run = 0; run < 20; run++) sizes.learn({ size: 64, runMs: 6400 })
    expect(rows / sizes.rowsEach({ rows, size: rows })).toBeLessThanOrEqual(1024)
    expect(sizes.rowsEach({ rows: 3, size: 3 })).toBeLessThanOrEqual(3)
  })

  it('is fixed if rows of one run affect each other', () => {
    const sizes = createPieceSizes({ costMax: 64, isSteady: true })
    for (let run = 0; run < 20; run++) sizes.learn({ size: 64, runMs: 0.1 })
    expect(sizes.rowsEach({ rows: 1000, size: 1000 })).toBe(64)
  })
})
