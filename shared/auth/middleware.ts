import { createMiddleware } from 'hono/factory'
import { errors } from '../errors.ts'
import type { HttpEnvironment } from '../http/context.ts'
import { hasScope, type Scope } from './principal.ts'
import { tokenOf } from './token.ts'
import type { Verifier } from './verify.ts'

/** Lets a request pass with a valid key only, before its body is read. */
export const authenticate = (verify: Verifier) =>
  createMiddleware<HttpEnvironment>(async (context, next) => {
    context.set('principal', await verify(tokenOf(context.req.raw.headers)))
    await next()
  })

/** Lets a request pass whose key holds the scope. Stands after `authenticate`. */
export const requireScope = (scope: Scope) =>
  createMiddleware<HttpEnvironment>(async (context, next) => {
    if (!hasScope(context.get('principal'), scope)) throw errors.missingScope(scope)
    await next()
  })
