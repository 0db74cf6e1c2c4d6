import { describe, expect, it } from 'vitest'
import { FrameReader } from '../../../../gpu-service/engine/frame-reader.ts'
import { encodeFrame, type Frame } from '../../../../gpu-service/engine/frames.ts'
import type { PackedTensors } from '../../../../gpu-service/engine/packed-tensors.ts'

/** Sends the frames as bytes in pieces of one size; returns the frames read. */
function through(frames: Frame<unknown>[], pieceBytes: number): Frame<unknown>[] {
  const read: Frame<unknown>[] = []
  const reader = new FrameReader<unknown>((frame) => read.push(frame))
  const bytes = Buffer.concat(frames.flatMap(encodeFrame))
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.push(bytes.subarray(at, at + pieceBytes))
  return read
}

const everyType: PackedTensors = {
  odd: { type: 'uint8', dims: [3], data: Uint8Array.of(1, 2, 3) },
  bytes: { type: 'int8', dims: [1], data: Int8Array.of(-1) },
  flags: { type: 'bool', dims: [2], data: Uint8Array.of(0, 1) },
  small: { type: 'float32', dims: [1, 3], data: Float32Array.of(0.1, Number.NaN, -0) },
  wide: { type: 'float64', dims: [1], data: Float64Array.of(Math.PI) },
  whole: { type: 'int32', dims: [2], data: Int32Array.of(-1, 2 ** 31 - 1) },
  ids: { type: 'int64', dims: [2], data: BigInt64Array.of(-(2n ** 63n), 7n) },
  words: { type: 'string', dims: [2], data: Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 65) },
  none: { type: 'float32', dims: [0, 4], data: new Float32Array(0) },
}

describe('frames', () => {
  it.each([1, 7, 64, 1_000_000])('carry every tensor type unchanged, in pieces of %d bytes', (pieceBytes) => {
    const frames = [{ message: { id: 1 }, tensors: everyType }, { message: { id: 2, reason: 'ÄÖÜ' } }]
    expect(through(frames, pieceBytes)).toEqual(frames)
  })

  it('carry only the viewed part of a larger buffer', () => {
    const data = new Float32Array(8).fill(9).subarray(2, 4)
    const [frame] = through([{ message: {}, tensors: { x: { type: 'float32', dims: [2], data } } }], 1000)
    expect(frame?.tensors?.x?.data).toEqual(Float32Array.of(9, 9))
  })

  it('carry tensors larger than any piece', () => {
    const data = new Float32Array(100_000).map((_, index) => index)
    const frames = [{ message: { id: 1 }, tensors: { x: { type: 'float32' as const, dims: [100_000], data } } }]
    expect(through(frames, 65_536)).toEqual(frames)
  })

  it('complete a message without tensors at its last byte', () => {
    expect(through([{ message: 'a', tensors: {} }, { message: 'b' }], 3)).toEqual([
      { message: 'a', tensors: {} },
      { message: 'b' },
    ])
  })
})
