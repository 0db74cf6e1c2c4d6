import { AppError, errors } from '../../../shared/errors.ts'
import { SourceError } from '../../../shared/hf/source.ts'

/** Errors of a mirror. None of them claims that a repo does not exist where that is unknown. */
export const mirrorErrors = {
  unreachable: (host: string, retryAfterSeconds: number, cause?: unknown) =>
    new AppError({
      code: 'upstream_unreachable',
      status: 504,
      message: `This is not here, and the mirrored Hub ${host} does not answer. Try again later.`,
      retryable: true,
      retryAfterSeconds,
      cause,
    }),
  unreadable: (host: string, cause: Error) =>
    new AppError({
      code: 'upstream_unreadable',
      status: 502,
      message: `${cause.message} It cannot be read from the mirrored Hub ${host}.`,
      cause,
    }),
  slow: (host: string) =>
    new AppError({
      code: 'upstream_slow',
      status: 504,
      message: `This is not here, and the mirrored Hub ${host} has not answered yet. Try again in a second.`,
      retryable: true,
      retryAfterSeconds: 1,
    }),
  rateLimited: (host: string, retryAfterSeconds: number) =>
    new AppError({
      code: 'upstream_rate_limited',
      status: 429,
      message: `The mirrored Hub ${host} limits how often it may be asked. What is already here can be read.`,
      retryable: true,
      retryAfterSeconds,
    }),
  gated: (repo: string, host: string) =>
    new AppError({
      code: 'gated_repo',
      status: 403,
      message: `Access to "${repo}" is restricted on ${host}, and the account of this mirror has no access.`,
    }),
  leftOut: (path: string, reason: string) =>
    new AppError({
      code: 'entry_not_found',
      status: 404,
      message: `"${path}" is not mirrored: it ${reason}. The policy of this installation leaves such files out.`,
    }),
  busy: () =>
    new AppError({
      code: 'mirror_busy',
      status: 503,
      message: 'Too many files are being downloaded at once. Try again in a moment.',
      retryable: true,
      retryAfterSeconds: 5,
    }),
  comesLater: (path: string) =>
    new AppError({
      code: 'being_stored',
      status: 503,
      message: `"${path}" is being imported and is too large to be sent before that. Try again in a while.`,
      retryable: true,
      retryAfterSeconds: 30,
    }),
}

/** Translates an upstream error for the client. */
export function asAppError(error: unknown, { repo, ref, host }: { repo: string; ref: string; host: string }): unknown {
  if (!(error instanceof SourceError)) return error
  const { code, missing, retryAfterSeconds } = error
  if (code === 'source_gated') return mirrorErrors.gated(repo, host)
  if (code === 'source_rate_limited') return mirrorErrors.rateLimited(host, retryAfterSeconds ?? 30)
  if (code === 'source_not_found' && missing === 'revision') return errors.revisionNotFound(repo, ref)
  if (['source_not_found', 'source_unauthorized', 'source_forbidden'].includes(code)) return errors.repoNotFound(repo)
  // It exists, and may be readable under other names.
  if (['source_protocol', 'too_many_files'].includes(code)) return mirrorErrors.unreadable(host, error)
  return mirrorErrors.unreachable(host, retryAfterSeconds ?? 10, error)
}
