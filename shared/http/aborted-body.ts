import type { Context } from 'hono'
import { errors } from '../errors.ts'

/** Why a body could not be read: one that ends before its length or its last chunk was broken off by the caller. */
export const readFailure = (context: Context, error: unknown): unknown =>
  context.req.raw.signal.aborted || isAborted(error) ? errors.clientClosed() : error

/** Whether a body ended because its sender disconnected. */
export const isAborted = (error: unknown): boolean =>
  error instanceof Error &&
  /aborted|premature close|ECONNRESET/i.test(`${error.message} ${'code' in error ? error.code : ''}`)
