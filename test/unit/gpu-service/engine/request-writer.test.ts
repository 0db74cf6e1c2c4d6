import { setImmediate as aTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { FrameReader } from '../../../../gpu-service/engine/frame-reader.ts'
import type { Question, WorkerRequest } from '../../../../gpu-service/engine/messages.ts'
import { RequestWriter } from '../../../../gpu-service/engine/request-writer.ts'

const run: Question = { kind: 'run', modelId: 'a', outputs: [], threads: 'own' }

it('writes what is asked for in one turn in one piece', async () => {
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
