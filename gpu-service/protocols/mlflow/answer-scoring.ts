import type { Context } from 'hono'
import type { Route } from '../../deployments/route.ts'
import type { JsonText } from '../../tasks/task.ts'
import { answerJson } from '../answer.ts'
import { callOptions } from '../call-options.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import { scoringInput } from './scoring-input.ts'

/** Answers `{"predictions": …}`; for a table the labels or numbers that an MLflow model's `predict` returns. */
export async function answerScoring(context: Context<ServingEnvironment>, { body, route }: Scoring) {
  const input = scoringInput(body, route)
  const { json, ...about } = await route.service.pipeline({
    ...input,
    options: callOptions(context),
    client: 'mlflow/',
  })
  return answerJson(context, { ...about, json: predictions(json) })
}

interface Scoring {
  body: unknown
  route: Route
}

const predictions = (json: JsonText): JsonText =>
  typeof json === 'string' ? `{"predictions":${json}}` : inPieces(json)

async function* inPieces(json: AsyncIterable<string>): AsyncGenerator<string, void> {
  yield '{"predictions":'
  yield* json
  yield '}'
}
