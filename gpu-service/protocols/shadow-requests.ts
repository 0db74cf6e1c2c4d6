import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as aTurn } from 'node:timers/promises'
import { type Context, Hono } from 'hono'
import type { Principal } from '../../shared/auth/principal.ts'
import { platformEnvelope } from '../../shared/http/envelopes.ts'
import { answerErrors } from '../../shared/http/error-handler.ts'
import { createMetrics, type Metrics } from '../../shared/metrics.ts'
import type { Route } from '../deployments/route.ts'
import { BodyRoom } from './body-room.ts'
import { answerAsAsked } from './protocol-errors.ts'
import type { ServingEnvironment } from './serving-environment.ts'
import type { ServingParts } from './serving-parts.ts'

interface ShadowRequestsOptions {
  parts: ServingParts
  /** Builds the routes of every protocol. */
  routes: (parts: ServingParts) => Hono<ServingEnvironment>
  random?: () => number
}

interface Copied {
  route: Route
  principal: Principal
  requestId: string
  log: ServingEnvironment['Variables']['log']
}

const inFlightMax = 8
/** Above this backlog copies are left out, so that they do not delay the answering target. */
const backlogMsMax = 20
const timeoutMs = 60_000

/**
 * Sends copies of requests to deployments' shadow targets, in every protocol: a copy runs through the same routes,
 * where every name leads to the shadow, and its answer is discarded.
 */
export class ShadowRequests {
  readonly #app: Hono<ServingEnvironment>
  readonly #current = new AsyncLocalStorage<Copied>()
  readonly #metrics: Metrics
  readonly #random: () => number
  #inFlight = 0

  constructor({ parts, routes, random = Math.random }: ShadowRequestsOptions) {
    this.#metrics = parts.metrics
    this.#random = random
    const app = new Hono<ServingEnvironment>()
    // Separate metrics, so that a copy's failure is not counted as an error that a caller saw.
    const metrics = createMetrics()
    app.onError(answerAsAsked(answerErrors(platformEnvelope, metrics)))
    app.use(async (context, next) => {
      const { requestId, log } = this.#copied()
      context.set('requestId', requestId)
      context.set('log', log)
      await next()
    })
    const find = () => {
      throw new Error('a copied request cannot load or unload models')
    }
    const router = { resolve: () => this.#copied().route, find, list: () => [] }
    const verify = async () => this.#copied().principal
    const admission = { assertRoom() {}, bodies: new BodyRoom() }
    app.route('/', routes({ ...parts, router, verify, admission, metrics }))
    this.#app = app
  }

  /** Copies a request, if its deployment has a shadow, it is selected and there is room. Never waits or throws. */
  copy(context: Context<ServingEnvironment>, { deployment, queues, item }: Route): void {
    const shadow = deployment.item.shadow
    if (shadow === undefined || this.#random() * 100 >= shadow.percent) return
    const name = deployment.item.name
    const target = deployment.shadow
    const principal = context.get('principal')
    const isBusy = this.#inFlight >= inFlightMax || queues.some(({ backlogMs }) => backlogMs > backlogMsMax)
    if (target?.served === undefined || principal === undefined || isBusy) {
      this.#count(name, 'dropped')
      return
    }
    const { served } = target
    const asked = { item: target.item, state: 'READY' as const, reason: undefined, served, choose: () => target }
    // Keeps the item of the original target, so that a request that names a version also resolves to the shadow.
    const route = { item, deployment: asked, outcomes: undefined, ...served }
    const copied = { route, principal, requestId: context.get('requestId'), log: context.get('log') }
    this.#inFlight++
    void this.#run(context, copied)
      .catch(() => 'error' as const)
      .then((outcome) => {
        this.#inFlight--
        this.#count(name, outcome)
      })
  }

  async #run(context: Context<ServingEnvironment>, copied: Copied): Promise<'ok' | 'error'> {
    const { req } = context
    // The body as it was buffered for the caller.
    const body = await req.arrayBuffer()
    await aTurn()
    const headers = new Headers(req.raw.headers)
    headers.delete('transfer-encoding')
    headers.set('content-length', String(body.byteLength))
    headers.set('x-priority', 'bulk')
    const signal = AbortSignal.timeout(timeoutMs)
    const request = new Request(req.url, { method: req.method, headers, body, signal })
    const response = await this.#current.run(copied, () => this.#app.fetch(request))
    await response.body?.cancel()
    return response.ok ? 'ok' : 'error'
  }

  #copied(): Copied {
    const copied = this.#current.getStore()
    if (copied === undefined) throw new Error('not within a copied request')
    return copied
  }

  #count(deployment: string, outcome: 'ok' | 'error' | 'dropped'): void {
    this.#metrics.shadowRequests.inc({ deployment, outcome })
  }
}
