import { setImmediate as aTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { FrameReader } from '../../../../gpu-service/engine/frame-reader.ts'
import type { Question, WorkerRequest } from '../../../../gpu-service/engine/messages.ts'
import { RequestWriter } from '../../../../gpu-service/engine/request-writer.ts'

/** What the process at the other end reads, and in how many pieces it comes. */
async function read(asked: readonly Question[]) {
  const requests: WorkerRequest[] = []
  let pieces = 0
  const reader = new FrameReader<WorkerRequest>(({ message }) => requests.push(message))
  const writer = new RequestWriter({
    cork() {},
    uncork() {},
    end() {},
    write: (piece: Uint8Array) => {
      pieces++
      reader.push(piece)
      return true
    },
  } as never)
  for (const [id, question] of asked.entries()) writer.write({ message: { id, ...question } })
  await aTurn()
  return { pieces, together: requests.map(({ more = false }) => more) }
}

const run: Question = { kind: 'run', modelId: 'a', outputs: [], threads: 'own' }
const load: Question = { kind: 'load', modelId: 'b', path: '/b' }

describe('what is asked of an engine in one turn', () => {
  it('goes in one piece, and all runs but the last are told to wait for it with their answers', async () => {
    expect(await read([run, run, run])).toEqual({ pieces: 1, together: [true, true, false] })
  })

  it('answers a run before a load begins', async () => {
    expect((await read([run, load, run])).together).toEqual([false, false, false])
  })
})
