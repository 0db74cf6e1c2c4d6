import type { Context } from 'hono'
import { errors } from '../../../shared/errors.ts'
import type { CallOptions } from '../../batcher/call-options.ts'
import { capabilityOf } from '../../tasks/capabilities.ts'
import { yieldTurnFor } from '../../yield-turn.ts'
import { answerHeaders } from '../answer.ts'
import { callOptions } from '../call-options.ts'
import { routeAhead } from '../routing.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import type { ServingParts } from '../serving-parts.ts'
import { classifiedOutputs } from './classify-output.ts'
import { answerInfer } from './infer-answer.ts'
import { type InferRequest, readInferRequest, type WantedOutput } from './infer-request.ts'
import { type ModelPath, versionedRoute } from './model-path.ts'
import { readBody } from './read-body.ts'

/** `POST /v2/models/{model}/infer` */
export async function infer(
  context: Context<ServingEnvironment>,
  { router, path }: Pick<ServingParts, 'router'> & { path: ModelPath },
): Promise<Response> {
  const { model } = path
  const find = () =>
    capabilityOf({ model, kind: 'tensors', route: versionedRoute(context, { router, path, find: routeAhead }) })
  find()
  const body = await readBody(context)
  const headerLength = headerLengthOf(context, body.byteLength)
  const given = callOptions(context)
  const request = await readInferRequest({
    body,
    headerLength,
    tensors: find(),
    signal: given.signal,
    hold: context.get('bodyHold'),
  })
  // Resolved again after the body, whose upload may have taken long: another revision may answer by now.
  const route = versionedRoute(context, { router, path })
  const tensors = capabilityOf({ model, kind: 'tensors', route })
  const wanted = request.outputs.length > 0 ? request.outputs : namesOf(tensors.outputs, request.isBinary)
  const result = await tensors.infer({
    inputs: request.inputs,
    outputs: wanted.map(({ name }) => name),
    options: optionsOf(given, request.parameters),
  })
  const headers = answerHeaders(context, { timing: result.timing, tokens: result.tokens })
  const { revision } = route.item
  const yieldTurn = yieldTurnFor(given.signal)
  return answerInfer(context, {
    model,
    headers,
    version: revision,
    id: request.id,
    tensors: await classifiedOutputs({ tensors: result.output, wanted, route, yieldTurn }),
    outputs: wanted,
    yieldTurn,
  })
}

const namesOf = (outputs: readonly { name: string }[], isBinary: boolean): WantedOutput[] =>
  outputs.map(({ name }) => ({ name, isBinary }))

/** Triton's `timeout` in microseconds, and `priority`; 0 means default for either. */
function optionsOf(
  given: CallOptions,
  { timeout = 0, priority = 0 }: InferRequest['parameters'],
  now = performance.now(),
): CallOptions {
  const options = { ...given }
  if (timeout > 0) options.deadlineMs = Math.min(given.deadlineMs ?? Number.POSITIVE_INFINITY, now + timeout / 1000)
  if (priority > 0) options.priority = priority > 1 ? 'bulk' : 'interactive'
  return options
}

/** @throws AppError `invalid_request` if it is longer than the body or no number */
function headerLengthOf(context: Context<ServingEnvironment>, bodyBytes: number): number | undefined {
  const value = context.req.header('inference-header-content-length')
  if (value === undefined) return undefined
  const length = /^\d{1,12}$/.test(value.trim()) ? Number(value) : Number.NaN
  if (length <= bodyBytes) return length
  throw errors.invalidRequest(
    `"Inference-Header-Content-Length" is ${JSON.stringify(value.slice(0, 50))}; the body has ${bodyBytes} bytes.`,
    'Inference-Header-Content-Length',
  )
}
