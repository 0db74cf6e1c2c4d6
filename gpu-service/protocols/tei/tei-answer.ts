import type { Context } from 'hono'
import { answerJson } from '../answer.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import type { TeiMetrics } from './tei-metrics.ts'
import type { TeiAnswer, TeiOperation } from './tei-operation.ts'

const nothing = { queueMs: 0, runMs: 0, batchSize: 0 }

/** Adds text-embeddings-inference's headers to ours, in whole milliseconds as its clients expect. */
export function answerTei(
  context: Context<ServingEnvironment>,
  { answer, startedMs, counts, metrics, device }: AnswerTei,
) {
  const { json, timing = nothing, tokens, characters, inputs } = answer
  const { queueMs, runMs } = timing
  const totalMs = performance.now() - startedMs
  const tokenizationMs = answer.tokenizationMs ?? Math.max(0, totalMs - queueMs - runMs)
  const method = answer.isSingle ? 'single' : 'batch'
  metrics.answered({ method, kind: counts, inputs, tokens, totalMs, tokenizationMs, queueMs, runMs })
  const whole = (value: number) => String(Math.round(value))
  return answerJson(context, {
    json,
    timing,
    tokens,
    headers: {
      'x-compute-type': device === 'cuda' ? 'gpu+optimized' : 'cpu+optimized',
      'x-compute-time': whole(totalMs),
      'x-compute-characters': String(characters),
      'x-compute-tokens': String(tokens),
      'x-total-time': whole(totalMs),
      'x-tokenization-time': whole(tokenizationMs),
      'x-queue-time': whole(queueMs),
      'x-inference-time': whole(runMs),
    },
  })
}

interface AnswerTei extends Pick<TeiOperation, 'counts'> {
  answer: TeiAnswer
  startedMs: number
  metrics: TeiMetrics
  device: 'cpu' | 'cuda'
}
