import { type RouteConfig, z } from '@hono/zod-openapi'
import { failures } from './route-parts.ts'

type Responses = RouteConfig['responses']
type Named = keyof typeof answeredHeaders

const text = (description: string) => ({ schema: { type: 'string' as const }, description })
const count = (description: string) => ({ schema: { type: 'integer' as const }, description })
const milliseconds = (description: string) => ({ schema: { type: 'number' as const }, description })

/** Every response header, defined once. */
export const answeredHeaders = {
  'X-Request-Id': text("The caller's own id of the request, or one made for it; logs and errors have it too."),
  ETag: text('Names this state: for `If-None-Match`, and where the route takes it, for `If-Match`.'),
  RateLimit: text(
    '`"api";r=…;t=…`: how many requests are left of this minute, and its seconds. Where there is a quota.',
  ),
  'RateLimit-Policy': text('`"fixed window";"api";q=…;w=60`: the quota of requests per minute.'),
  'Retry-After': count('Seconds, measured: after so long it is worth asking again.'),
  'Retry-After-Ms': count('The same in milliseconds, which the OpenAI SDKs obey.'),
  'X-Should-Retry': text('`false` where the same request would be answered the same.'),
  'X-Queue-Time': milliseconds('How long the slowest input waited.'),
  'X-Inference-Time': milliseconds('How long its run took.'),
  'X-Batch-Size': count('How many inputs shared its run.'),
  'X-Tokens': count('Of models of texts.'),
  'X-Model-Revision': text('What answered.'),
  'X-RateLimit-Limit-Requests': count('Of a deployment with a limit: how many may come at once.'),
  'X-RateLimit-Remaining-Requests': count('How many of them are left.'),
  'X-RateLimit-Reset-Requests': text('Until all are there again, as `1.500s`.'),
  'X-RateLimit-Limit-Tokens': count('The same of tokens.'),
  'X-RateLimit-Remaining-Tokens': count('How many of them are left.'),
  'X-RateLimit-Reset-Tokens': text('Until all are there again.'),
}

const quota: Named[] = ['RateLimit', 'RateLimit-Policy']
const retry: Named[] = ['Retry-After', 'Retry-After-Ms']
const limits = (Object.keys(answeredHeaders) as Named[]).filter((name) => name.startsWith('X-RateLimit-'))
const ofRun: Named[] = ['X-Queue-Time', 'X-Inference-Time', 'X-Batch-Size', 'X-Tokens', 'X-Model-Revision']

/** Routes that honour `If-Match`. */
const conditional =
  /^(?:change|pause|resume|delete)Deployment$|^(?:create|move|delete)Alias$|^(?:move|delete)(?:Branch|Tag)$/

const asked = {
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional()
    .openapi({
      description:
        'A name of your own for this creation. Sent again with the same body within 24 hours it is answered as it was the first time, with `Idempotent-Replayed: true`, and not done again. While the first is at work: 409 `idempotency_in_flight`. With another body: 422 `idempotency_key_reused`. Where the answer showed a secret it is not kept: 409 `idempotency_answer_not_kept`. What was refused is judged anew.',
    }),
  'If-Match': z.string().optional().openapi({
    description: 'The `ETag` that was read: where it is another by now, nothing is done and 412 or 409 says so.',
    example: '"3"',
  }),
  'If-None-Match': z
    .string()
    .optional()
    .openapi({ description: 'The `ETag` that the caller has: 304 where it holds.' }),
  'X-Request-Timeout': z.coerce.number().positive().optional().openapi({
    description: 'Seconds after which the caller is gone: 504, and what did not run yet never does.',
  }),
  'X-Priority': z.enum(['interactive', 'bulk']).optional(),
  'X-Session-Id': z.string().optional().openapi({ description: 'Who sends the same is answered by the same target.' }),
}

/** Adds to a route's description the headers that middlewares read and write. Used for the API document only. */
export function withHeaders(name: string, route: RouteConfig): RouteConfig {
  const names = requestHeaders(name, route)
  const headers = z.object(Object.fromEntries(names.map((header) => [header, asked[header]])))
  const responses = answersOf(route)
  return { ...route, responses, ...(names.length > 0 && { request: { ...route.request, headers } }) }
}

const isOfModels = ({ tags }: RouteConfig): boolean => tags?.includes('inference') === true
const isOfPlatform = ({ path }: RouteConfig): boolean => path.startsWith('/api/v1/') && !path.includes('/predict/')
const isPrediction = (route: RouteConfig): boolean =>
  isOfModels(route) && route.method === 'post' && 200 in route.responses && !route.path.startsWith('/v2/repository')

function requestHeaders(name: string, route: RouteConfig): (keyof typeof asked)[] {
  if (isPrediction(route)) return ['X-Request-Timeout', 'X-Priority', 'X-Session-Id']
  const isCreation = route.method === 'post' && name.startsWith('create')
  return [
    ...(isCreation ? ['Idempotency-Key' as const] : []),
    ...(conditional.test(name) ? ['If-Match' as const] : []),
    ...(route.method === 'get' && isOfPlatform(route) ? ['If-None-Match' as const] : []),
  ]
}

/** Requests are counted per key, so a request without one has no quota. */
const isCounted = (route: RouteConfig): boolean => isOfPlatform(route) && (route.security ?? [{}]).length > 0

function answersOf(route: RouteConfig): Responses {
  const { '4XX': refused = failures['4XX'], ...given } = route.responses
  const added: Responses = {
    ...given,
    ...(route.responses['4XX'] && { '4XX': refused }),
    ...(isCounted(route) && { 429: { ...refused, description: 'The quota of requests is used up.' } }),
    ...(isPrediction(route) && {
      429: { ...refused, description: 'Too much waits, or a limit of the deployment is reached.' },
      503: { ...refused, description: 'The model is being loaded, or the replica leaves.' },
    }),
    ...(isOfPlatform(route) && route.method === 'get' && { 304: { description: 'The caller has it.' } }),
  }
  return Object.fromEntries(
    Object.entries(added).map(([status, answer]) => [
      status,
      { ...answer, headers: referred(headersOf(route, status)) },
    ]),
  ) as Responses
}

function headersOf(route: RouteConfig, status: string): Named[] {
  const isGood = /^[23]/.test(status)
  const isWaiting = status === '429' || status === '503'
  return [
    'X-Request-Id',
    ...(isCounted(route) ? quota : []),
    ...(isGood && isOfPlatform(route) && (route.method === 'get' || showsVersion(route)) ? ['ETag' as const] : []),
    ...(isGood && isPrediction(route) ? [...ofRun, ...limits] : []),
    ...(status === '429' && isPrediction(route) ? limits : []),
    ...(isWaiting ? retry : []),
    ...(isGood ? [] : ['X-Should-Retry' as const]),
  ]
}

/** A write to one of these answers with its new version. */
const showsVersion = ({ method, path }: RouteConfig): boolean =>
  method !== 'delete' && /\/(?:deployments|aliases)(?:\/|$)/.test(path)

const referred = (names: readonly Named[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` as const }]))
