import { expect, it } from 'vitest'
import type { TeiOperation, TeiRequest } from '../../../../gpu-service/protocols/tei/tei-operation.ts'
import { answerVertex } from '../../../../gpu-service/protocols/tei/vertex.ts'
import { errors } from '../../../../shared/errors.ts'

it('cancels the other instances if one is invalid, and all of them when the caller leaves', async () => {
  const signals: AbortSignal[] = []
  const operation: TeiOperation = {
    kind: 'embeddings',
    counts: 'embed',
    answer({ body, options }) {
      signals.push(options.signal)
      if (body === 'bad') return Promise.reject(errors.invalidInput('It is bad.', 'instances'))
      return new Promise(() => {})
    },
  }
  const caller = new AbortController()
  const ask = (instances: string[]) =>
    answerVertex(() => operation, {
      body: { instances },
      model: 'tiny',
      options: { signal: caller.signal },
    } as unknown as TeiRequest)
  await expect(ask(['good', 'bad', 'good'])).rejects.toMatchObject({ code: 'invalid_input' })
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true])
  expect(caller.signal.aborted).toBe(false)
  void ask(['good'])
  expect(signals.at(-1)?.aborted).toBe(false)
  caller.abort()
  expect(signals.at(-1)?.aborted).toBe(true)
})
