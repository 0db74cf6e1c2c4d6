import * as z from 'zod'
import { parseWith } from '../../../shared/http/json-body.ts'
import type { JsonText } from '../../tasks/task.ts'
import { assertCount } from './tei-body.ts'
import type { TeiAnswer, TeiOperation, TeiRequest } from './tei-operation.ts'

const request = z.object({ instances: z.unknown() })
const instancesMax = 256

/**
 * Vertex AI's `{instances}` to `{predictions}`: each instance is a request of its own, possibly of its own kind, and
 * they share runs.
 */
export async function answerVertex(
  operationFor: (body: unknown) => TeiOperation,
  asked: TeiRequest,
): Promise<TeiAnswer> {
  const { instances } = parseWith(request, asked.body)
  const list = z.array(z.unknown())
  const bodies = parseWith(z.object({ instances: list }), {
    instances: assertCount(instances, 'instances', instancesMax),
  }).instances
  const failed = new AbortController()
  const options = { ...asked.options, signal: AbortSignal.any([asked.options.signal, failed.signal]) }
  const shared = { ...asked, options, held: { weights: 0 } }
  const answers = await Promise.all(bodies.map((body) => operationFor(body).answer({ ...shared, body }))).catch(
    (error) => {
      // The other answers are discarded.
      failed.abort()
      throw error
    },
  )
  const sum = (numberOf: (answer: TeiAnswer) => number) => answers.reduce((total, one) => total + numberOf(one), 0)
  const slowest = (name: 'queueMs' | 'runMs' | 'batchSize') =>
    Math.max(0, ...answers.map(({ timing }) => timing?.[name] ?? 0))
  return {
    json: predictions(answers.map(({ json }) => json)),
    timing: { queueMs: slowest('queueMs'), runMs: slowest('runMs'), batchSize: slowest('batchSize') },
    tokens: sum(({ tokens }) => tokens),
    characters: sum(({ characters }) => characters),
    tokenizationMs: sum(({ tokenizationMs }) => tokenizationMs ?? 0),
    inputs: sum(({ inputs }) => inputs),
    isSingle: false,
  }
}

async function* predictions(answers: readonly JsonText[]): AsyncGenerator<string, void> {
  yield '{"predictions":['
  for (const [index, json] of answers.entries()) {
    if (index > 0) yield ','
    if (typeof json === 'string') yield json
    else yield* json
  }
  yield ']}'
}
