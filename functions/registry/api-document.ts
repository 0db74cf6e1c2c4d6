import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { openapiDocument } from '../../shared/contract/openapi.ts'

/** Serves the OpenAPI document, which is generated on first request to keep the start fast. */
export function answerDocument({ version }: { version: string }): (context: Context) => Response {
  let made: { text: string; tag: string } | undefined
  return (context) => {
    made ??= makeDocument(version)
    return context.body(made.text, 200, { 'content-type': 'application/json', etag: made.tag })
  }
}

function makeDocument(version: string) {
  const text = JSON.stringify(openapiDocument({ version }))
  return { text, tag: `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"` }
}
