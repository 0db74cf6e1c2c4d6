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
  ETag: text('Identifies this state, for `If-None-Match`, and on some routes for `If-Match`.'),
  RateLimit: text('`"api";r=…;t=…`: the requests and seconds left in this minute, if there is a quota.'),
  'RateLimit-Policy': text('`"fixed window";"api";q=…;w=60`: the quota of requests per minute.'),
  'Retry-After': count('The delay in seconds before a retry, as measured.'),
  'Retry-After-Ms': count('The same in milliseconds, which the OpenAI SDKs obey.'),
  'X-Should-Retry': text('`false` if a retry would get the same answer.'),
  'X-Queue-Time': milliseconds('How long the slowest input waited.'),
  'X-Inference-Time': milliseconds('How long its run took.'),
  'X-Batch-Size': count('How many inputs shared its run.'),
  'X-Tokens': count('For text models.'),
  'X-Model-Revision': text('What answered.'),
  'X-RateLimit-Limit-Requests': count('For a deployment with a limit: how many requests may come at once.'),
  'X-RateLimit-Remaining-Requests': count('How many of them are left.'),
  'X-RateLimit-Reset-Requests': text('The time until all are available again, such as `1.500s`.'),
  'X-RateLimit-Limit-Tokens': count('The same for tokens.'),
  'X-RateLimit-Remaining-Tokens': count('How many of them are left.'),
  'X-RateLimit-Reset-Tokens': text('The time until all are available again.'),
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
        'A key of your choice for this creation. A repeat with the same body within 24 hours gets the first answer, with `Idempotent-Replayed: true`, and creates nothing. While the first is running: 409 `idempotency_in_flight`. With another body: 422 `idempotency_key_reused`. If the answer held a secret: 409 `idempotency_answer_not_kept`. A refused request is tried again.',
    }),
  'If-Match': z.string().optional().openapi({
    description: 'The `ETag` that was read: if it has changed since, nothing is done and the answer is 412 or 409.',
    example: '"3"',
  }),
  'If-None-Match': z
    .string()
    .optional()
    .openapi({ description: 'The `ETag` that the caller has: 304 if it is unchanged.' }),
  'X-Request-Timeout': z.coerce.number().positive().optional().openapi({
    description: 'Seconds after which the caller gives up: 504, and work that has not begun is dropped.',
  }),
  'X-Priority': z.enum(['interactive', 'bulk']).optional(),
  'X-Session-Id': z.string().optional().openapi({ description: 'Requests with the same id go to the same target.' }),
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
      429: { ...refused, description: 'The queue is full, or a limit of the deployment is reached.' },
      503: { ...refused, description: 'The model is being loaded, or the replica is shutting down.' },
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
