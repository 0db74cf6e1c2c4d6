import { createMiddleware } from 'hono/factory'
import { roleIn } from '../auth/authorize.ts'
import type { Principal } from '../auth/principal.ts'
import { AppError } from '../errors.ts'
import { type Quotas, readOwnerUse } from '../table/quotas.ts'
import { countRequest } from '../table/request-counts.ts'
import type { Table } from '../table/table.ts'
import type { HttpEnvironment } from './context.ts'

interface LimitRequests {
  table: Table
  quotas: Quotas
  now: () => Date
}

/** How long a process may keep using a limit that an admin changed. */
const rememberedMs = 10_000
const ownersMax = 10_000

/**
 * Limits the requests per minute of each owner, with headers that say when there is room again. Writes nothing where no
 * limit is set. Goes after token verification; a request without a key has no owner to count for.
 */
export function limitRequests({ table, quotas, now }: LimitRequests) {
  const known = new Map<string, { limit: number | undefined; untilMs: number }>()

  async function limitFor(owner: string): Promise<number | undefined> {
    const remembered = known.get(owner)
    if (remembered !== undefined && remembered.untilMs > now().getTime()) return remembered.limit
    const { own } = await readOwnerUse(table, owner, { consistent: false })
    const limit = own.requestsPerMinute ?? quotas.requestsPerMinute
    if (known.size >= ownersMax) known.clear()
    known.set(owner, { limit, untilMs: now().getTime() + rememberedMs })
    return limit
  }

  return createMiddleware<HttpEnvironment>(async (context, next) => {
    const principal = context.get('principal')
    if (principal === undefined) return next()
    const owner = payerOf(principal)
    const max = await limitFor(owner)
    if (max === undefined) return next()
    const { isAllowed, left, secondsLeft } = await countRequest(table, { owner, max, now: now() })
    // In the Hub's format, which its clients read.
    context.header('ratelimit', `"api";r=${left};t=${secondsLeft}`)
    context.header('ratelimit-policy', `"fixed window";"api";q=${max};w=60`)
    if (!isAllowed) throw tooManyRequests({ owner, max, secondsLeft })
    return next()
  })
}

/**
 * A key for one owner counts against that owner, as long as its user is a member: someone who left must not use up the
 * others' quota. Every other request counts against its user.
 */
function payerOf(principal: Principal): string {
  const { username, limit } = principal
  const isForOwner = limit !== undefined && 'owner' in limit && roleIn(principal, limit.owner) !== undefined
  return (isForOwner ? limit.owner : username).toLowerCase()
}

const tooManyRequests = ({ owner, max, secondsLeft }: { owner: string; max: number; secondsLeft: number }) =>
  new AppError({
    code: 'rate_limited',
    status: 429,
    message: `"${owner}" has used up its quota "requestsPerMinute", which is ${max}. Try again in ${secondsLeft} s.`,
    retryable: true,
    retryAfterSeconds: secondsLeft,
    details: { quota: 'requestsPerMinute', limit: max, used: max },
  })
