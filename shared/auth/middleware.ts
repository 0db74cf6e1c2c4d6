import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { errors } from '../errors.ts'
import type { HttpEnvironment } from '../http/context.ts'
import { hasScope, type Principal, type Scope } from './principal.ts'
import { tokenOf } from './token.ts'
import type { Verifier } from './verify.ts'

/** Requires a valid token before the body is read. */
export const authenticate = (verify: Verifier) =>
  createMiddleware<HttpEnvironment>(async (context, next) => {
    context.set('principal', await verify(tokenOf(context.req.raw.headers)))
    await next()
  })

/** Accepts requests without a token, but still refuses an invalid one. */
export const identify = (verify: Verifier) =>
  createMiddleware<HttpEnvironment>(async (context, next) => {
    const token = tokenOf(context.req.raw.headers)
    context.set('principal', token === undefined ? undefined : await verify(token))
    await next()
  })

/** The principal of a request that needs one. @throws AppError `unauthenticated` */
export function principalOf(context: Context<HttpEnvironment>): Principal {
  const principal = context.get('principal')
  if (principal === undefined) throw errors.unauthenticated()
  return principal
}

/** Requires a scope. Goes after `authenticate` or `identify`. */
export const requireScope = (scope: Scope) =>
  createMiddleware<HttpEnvironment>((context, next) => {
    assertScope(principalOf(context), scope)
    return next()
  })

/** @throws AppError `missing_scope` */
export function assertScope(principal: Principal, scope: Scope): void {
  if (!hasScope(principal, scope)) throw errors.missingScope(scope, principal.scopes)
}
