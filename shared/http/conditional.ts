import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { orderedText } from '../ordered-text.ts'

/**
 * Answers 304 where the client already has the answer, by the route's own tag or by a hash of the answer, which in the
 * API is at most one page of JSON. Shared caches must not store it, and others have to revalidate.
 */
export const conditionalReads = () =>
  createMiddleware(async (context, next) => {
    await next()
    if (!['GET', 'HEAD'].includes(context.req.method) || !context.res.ok) return
    if (!context.res.headers.has('cache-control')) context.header('cache-control', 'private, no-cache')
    const tag = context.res.headers.get('etag') ?? (await tagOf(context.res))
    if (tag === undefined) return
    context.header('etag', tag)
    if (!isKnown(context, tag)) return
    await context.res.body?.cancel()
    const headers = Object.fromEntries(kept.flatMap((name) => named(name, context.res.headers.get(name))))
    context.res = undefined
    context.res = new Response(null, { status: 304, headers })
  })

/** Headers that a 304 repeats. */
const kept = ['cache-control', 'etag', 'vary', 'ratelimit', 'ratelimit-policy']

const named = (name: string, value: string | null): [string, string][] => (value === null ? [] : [[name, value]])

/**
 * For routes whose first read shows whether anything changed: tags the answer, and tells whether the client already has
 * it, so that nothing else need be read.
 */
export function isUnchanged(context: Context, state: unknown): boolean {
  const tag = weakTag(state)
  context.header('etag', tag)
  return isKnown(context, tag)
}

async function tagOf(res: Response): Promise<string | undefined> {
  if (res.headers.get('content-type')?.startsWith('application/json') !== true) return undefined
  return weakTag(JSON.parse(await res.clone().text()))
}

/** Weak, because two equal answers may differ in their bytes. */
const weakTag = (value: unknown): string => `W/"${hashOf(value)}"`

const hashOf = (value: unknown): string =>
  createHash('sha256').update(orderedText(value)).digest('base64url').slice(0, 27)

/** A tag of something whose `version` counts edits, while its state also changes without them. */
export const versionTag = ({ version, answer }: { version: number; answer: unknown }): string =>
  `"${version}-${hashOf(answer)}"`

/** The version in such a tag, with or without the state; `undefined` for any other text. */
export function versionOfTag(tag: string): number | undefined {
  const [, version] = /^(\d{1,9})(?:-[\w-]{27})?$/.exec(tag) ?? []
  return version === undefined ? undefined : Number(version)
}

function isKnown({ req }: Context, tag: string): boolean {
  const given = req.header('if-none-match')
  return given === '*' || (given?.match(/"[^"]*"/g)?.includes(tag.replace(/^W\//, '')) ?? false)
}
