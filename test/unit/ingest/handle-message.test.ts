import { describe, expect, it } from 'vitest'
import type { IngestDependencies } from '../../../functions/ingest/dependencies.ts'
import { handleMessage } from '../../../functions/ingest/handle-message.ts'
import type { IngestMessage } from '../../../shared/ingest/message.ts'
import { createLogger } from '../../../shared/log.ts'

/** Handles a plan message while the table is unavailable, with the given signal. */
async function handleUnder(signal: AbortSignal, receiveCount = 1) {
  const sent: { message: IngestMessage; delaySeconds?: number }[] = []
  const dependencies = {
    table: {
      get: async () => {
        throw new Error('the table is away')
      },
    },
    queue: { send: async (request: (typeof sent)[0]) => void sent.push(request), sendMany: async () => {} },
    log: createLogger({ level: 'silent' }),
  } as unknown as IngestDependencies
  await handleMessage({ step: 'plan', importId: 'imp_1', attempt: 2 }, { receiveCount, signal }, dependencies)
  return sent
}

describe('a step that is interrupted', () => {
  it('by a shutdown is retried without counting an attempt', async () => {
    expect(await handleUnder(AbortSignal.abort(new Error('the queue is closing')))).toEqual([
      { message: { step: 'plan', importId: 'imp_1', attempt: 2 } },
    ])
  })

  it('by its time limit counts as an attempt, so that it cannot repeat for ever', async () => {
    const timeout = AbortSignal.abort(new DOMException('the time is up', 'TimeoutError'))
    expect(await handleUnder(timeout)).toMatchObject([{ message: { attempt: 3 }, delaySeconds: expect.any(Number) }])
  })
})

it('a step counts each redelivery of its message as an attempt', async () => {
  const [again] = await handleUnder(new AbortController().signal, 3)
  expect(again?.message.attempt).toBe(5)
})

it('an invalid message returns to the queue and becomes a dead letter', async () => {
  const never = {} as IngestDependencies
  const delivery = { receiveCount: 1, signal: new AbortController().signal }
  for (const body of [undefined, {}, { step: 'delete' }, { step: 'transfer', importId: 'a', path: 'b', partNumber: 0 }])
    await expect(handleMessage(body, delivery, never)).rejects.toThrow()
})
