import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { orderedText } from '../ordered-text.ts'

/**
 * Answers a client with 304 that has what it asks for already: by the tag that a route gave, or by a hash of the answer,
 * which for the API is at most one page of JSON. Nobody between may keep an answer for others, and whoever keeps one
 * asks whether it still holds.
 */
export const conditionalReads = () =>
  createMiddleware(async (context, next) => {
    await next()
    if (context.req.method !== 'GET' || !context.res.ok) return
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

/** What a 304 says again. */
const kept = ['cache-control', 'etag', 'vary', 'ratelimit', 'ratelimit-policy']

const named = (name: string, value: string | null): [string, string][] => (value === null ? [] : [[name, value]])

/**
 * For a route that can tell by its first read whether anything changed: gives the answer its tag, and says whether the
 * client has it, so that nothing else need be read.
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

/** Weak: two answers that say the same need not be the same bytes. */
const weakTag = (value: unknown): string => `W/"${hashOf(value)}"`

const hashOf = (value: unknown): string =>
  createHash('sha256').update(orderedText(value)).digest('base64url').slice(0, 27)

/** The tag of something whose version counts what people change of it, while what it does may change without them. */
export const versionTag = ({ version, answer }: { version: number; answer: unknown }): string =>
  `"${version}-${hashOf(answer)}"`

/** The version that such a tag names, with what it did or without; nothing where it is no such tag. */
export function versionOfTag(tag: string): number | undefined {
  const [, version] = /^(\d{1,9})(?:-[\w-]{27})?$/.exec(tag) ?? []
  return version === undefined ? undefined : Number(version)
}

function isKnown({ req }: Context, tag: string): boolean {
  const given = req.header('if-none-match')
  return given === '*' || (given?.match(/"[^"]*"/g)?.includes(tag.replace(/^W\//, '')) ?? false)
}
