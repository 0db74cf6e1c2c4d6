import { setImmediate as aTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { FrameReader } from '../../../../gpu-service/engine/frame-reader.ts'
import type { Question, WorkerRequest } from '../../../../gpu-service/engine/messages.ts'
import { RequestWriter } from '../../../../gpu-service/engine/request-writer.ts'

const run: Question = { kind: 'run', modelId: 'a', outputs: [], threads: 'own' }

it('writes all requests of one turn in one piece', async () => {
  const pieces: Uint8Array[] = []
  const ignore = () => {}
  const write = (piece: Uint8Array) => pieces.push(piece) > 0
  const writer = new RequestWriter({ write, cork: ignore, uncork: ignore, end: ignore } as never)
  for (const id of [0, 1, 2]) writer.write({ message: { id, ...run } })
  await aTurn()
  const read: WorkerRequest[] = []
  const reader = new FrameReader<WorkerRequest>(({ message }) => read.push(message))
  for (const piece of pieces) reader.push(piece)
  expect([pieces.length, read.map(({ id }) => id)]).toEqual([1, [0, 1, 2]])
})

it('writes in order and ends after the last request, even if texts take a while to pack', async () => {
  const pieces: Uint8Array[] = []
  const ignore = () => {}
  const write = (piece: Uint8Array) => pieces.push(piece) > 0
  const ended = Promise.withResolvers<void>()
  const writer = new RequestWriter({ write, cork: ignore, uncork: ignore, end: () => ended.resolve() } as never)
  const texts = Array<string>(200_000).fill('text')
  writer.write({ message: { id: 0, ...run }, tensors: { x: { type: 'string', dims: [texts.length], data: texts } } })
  writer.write({ message: { id: 1, ...run }, tensors: { x: { type: 'string', dims: [1], data: ['a'] } } })
  writer.write({ message: { id: 2, ...run } })
  writer.end()
  await ended.promise
  const read: WorkerRequest[] = []
  const reader = new FrameReader<WorkerRequest>(({ message }) => read.push(message))
  for (const piece of pieces) reader.push(piece)
  expect(read.map(({ id }) => id)).toEqual([0, 1, 2])
})
