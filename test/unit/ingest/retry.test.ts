import { describe, expect, it } from 'vitest'
import { faults } from '../../../functions/ingest/import-fault.ts'
import { judgeFailure } from '../../../functions/ingest/retry.ts'
import { SourceError } from '../../../shared/hf/source.ts'
import type { IngestMessage } from '../../../shared/ingest/message.ts'

const transfer = (attempt: number): IngestMessage => ({
  step: 'transfer',
  importId: 'imp_1',
  path: 'a/b.txt',
  partNumber: 1,
  attempt,
})
const judge = (error: unknown, attempt = 1, random = 1) =>
  judgeFailure({ error, message: transfer(attempt), random: () => random })
const busy = (retryAfterSeconds?: number) =>
  new SourceError({ code: 'source_rate_limited', message: 'busy', retryable: true, retryAfterSeconds })

describe('a failed step', () => {
  it('waits longer each time, with random jitter of up to half', () => {
    expect([1, 2, 3, 4].map((attempt) => judge(busy(), attempt))).toEqual(
      [1, 2, 4, 8].map((delaySeconds) => ({ retry: true, delaySeconds })),
    )
    expect(judge(busy(), 3, 0)).toEqual({ retry: true, delaySeconds: 2 })
  })

  it('keeps a failure with invalid Unicode or control characters displayable', () => {
    const verdict = judge(faults.unsafePath('a\ud800\u001b[31m.json', 'it is not normalised Unicode'))
    if (verdict.retry) throw new Error('it must end')
    expect(`${verdict.failure.message}${verdict.failure.path}`.isWellFormed()).toBe(true)
    expect(verdict.failure.message).not.toMatch(/\p{Cc}/u)
  })

  it('waits as long as the source asks, up to the limit of the queue, and never less than the backoff', () => {
    expect(judge(busy(55))).toEqual({ retry: true, delaySeconds: 55 })
    expect(judge(busy(700))).toEqual({ retry: true, delaySeconds: 700 })
    expect(judge(busy(3600))).toEqual({ retry: true, delaySeconds: 900 })
    expect(judge(busy(0), 3)).toEqual({ retry: true, delaySeconds: 4 })
  })

  it('is given up at once if retrying cannot help, and names the file', () => {
    const gone = new SourceError({ code: 'source_not_found', message: 'It is not there.', path: 'a/b.txt' })
    expect(judge(gone)).toEqual({
      retry: false,
      failure: { code: 'source_not_found', message: 'a/b.txt: It is not there.', path: 'a/b.txt' },
    })
    expect(judge(faults.unsafePath('../x', 'it leaves its folder'))).toMatchObject({
      retry: false,
      failure: { code: 'unsafe_path', path: '../x' },
    })
  })

  it('reports a full disk after retries in which space could have been freed', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    expect(judge(full, 4)).toMatchObject({ retry: true })
    expect(judge(full, 5)).toEqual({
      retry: false,
      failure: {
        code: 'disk_full',
        message: expect.stringMatching(/^a\/b\.txt: The data disk .* is full/),
        path: 'a/b.txt',
      },
    })
  })

  it('reveals nothing about an internal error but the import id', () => {
    const verdict = judge(new Error('password=secret at 10.0.0.1'), 5)
    if (verdict.retry) throw new Error('it is tried again')
    expect(verdict.failure.code).toBe('internal')
    expect(verdict.failure.message).not.toContain('secret')
    expect(verdict.failure.message).toContain('imp_1')
  })

  it.each([
    [busy(), 7],
    [faults.checksumMismatch('a/b.txt', 'one', 'other'), 3],
    [new Error('our own'), 5],
  ])('is given up in the end: %s after %i attempts', (error, tries) => {
    expect(judge(error, tries - 1).retry).toBe(true)
    expect(judge(error, tries)).toMatchObject({ retry: false, failure: { path: 'a/b.txt' } })
  })
})
