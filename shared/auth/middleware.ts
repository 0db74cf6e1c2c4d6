import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { errors } from '../errors.ts'
import type { HttpEnvironment } from '../http/context.ts'
import { hasScope, type Principal, type Scope } from './principal.ts'
import { tokenOf } from './token.ts'
import type { Verifier } from './verify.ts'

/** Lets a request pass with a valid token only, before its body is read. */
export const authenticate = (verify: Verifier) =>
  createMiddleware<HttpEnvironment>(async (context, next) => {
    context.set('principal', await verify(tokenOf(context.req.raw.headers)))
    await next()
  })

/** Lets strangers pass too. Whoever sends a token is told where it is a wrong one. */
export const identify = (verify: Verifier) =>
  createMiddleware<HttpEnvironment>(async (context, next) => {
    const token = tokenOf(context.req.raw.headers)
    context.set('principal', token === undefined ? undefined : await verify(token))
    await next()
  })

/** Who asks, where somebody must. @throws AppError `unauthenticated` */
export function principalOf(context: Context<HttpEnvironment>): Principal {
  const principal = context.get('principal')
  if (principal === undefined) throw errors.unauthenticated()
  return principal
}

/** Lets a request pass whose token holds the scope. Stands after `authenticate` or `identify`. */
export const requireScope = (scope: Scope) =>
  createMiddleware<HttpEnvironment>((context, next) => {
    assertScope(principalOf(context), scope)
    return next()
  })

/** @throws AppError `missing_scope` */
export function assertScope(principal: Principal, scope: Scope): void {
  if (!hasScope(principal, scope)) throw errors.missingScope(scope, principal.scopes)
}
