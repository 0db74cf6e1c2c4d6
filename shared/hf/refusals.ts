import { retryAfterSeconds } from './retry-after.ts'
import { SourceError, type SourceErrorFields } from './source.ts'

/** The requested repo, revision and file, for error messages. */
export interface Subject {
  repo: string
  revision: string
  path?: string
}

export const describeSubject = ({ repo, revision, path }: Subject): string =>
  `${path === undefined ? '' : `"${path}" of `}"${repo}" at "${revision}"`

/** What an error status means and how to react (hub-protocol 5.1). */
export function refusalOf({ status, headers, host, isTrusted, hasToken, subject }: RefusalInput): SourceError {
  const refuse = (fields: Omit<SourceErrorFields, 'path'>) => new SourceError({ ...fields, path: subject.path })
  const what = describeSubject(subject)
  const later = { retryable: true, retryAfterSeconds: retryAfterSeconds({ headers }) }
  const errorCode = headers.get('x-error-code')

  if (status === 429)
    return refuse({ code: 'source_rate_limited', message: `${host} limits how often it may be asked (429).`, ...later })
  if (status >= 500 || status === 408)
    return refuse({
      code: 'source_unreachable',
      message: `${host} cannot answer for ${what} now (${status}).`,
      ...later,
    })
  if (!isTrusted && (status === 401 || status === 403))
    return refuse({
      code: 'source_unreachable',
      message: `${host} refused the signed link to ${what} (${status}). A new link is asked for on the next try.`,
      ...later,
    })
  if (errorCode === 'GatedRepo')
    return refuse({
      code: 'source_gated',
      message: `"${subject.repo}" is gated. Accept its terms on ${host} and use a token of the account that did.`,
    })
  if (status === 401)
    return refuse({
      code: 'source_unauthorized',
      message: hasToken
        ? `${host} does not accept the token for ${what}. Check that the token is current and may read it.`
        : `${host} shows ${what} to nobody without a token. Check the spelling, or set a token that may read it.`,
    })
  if (status === 403)
    return refuse({
      code: 'source_forbidden',
      message: `${host} does not let ${hasToken ? 'this token' : 'anybody without a token'} read ${what}.`,
    })
  if (status === 404)
    return refuse({
      code: 'source_not_found',
      message: notFound({ errorCode, host, hasToken, subject }),
      missing: errorCode === null ? undefined : missingBy[errorCode],
    })
  return refuse({ code: 'source_protocol', message: `${host} answered ${status} for ${what}.` })
}

const missingBy: Record<string, SourceError['missing']> = {
  RepoNotFound: 'repo',
  RevisionNotFound: 'revision',
  EntryNotFound: 'entry',
}

interface RefusalInput {
  status: number
  headers: Headers
  host: string
  /** Whether the hub itself refused, rather than a host it redirected to. */
  isTrusted: boolean
  hasToken: boolean
  subject: Subject
}

function notFound({ errorCode, host, hasToken, subject }: NotFoundInput): string {
  const { repo, revision } = subject
  if (errorCode === 'RevisionNotFound') return `"${repo}" on ${host} has no branch, tag or commit "${revision}".`
  if (errorCode === 'RepoNotFound')
    return `There is no repo "${repo}" on ${host}${hasToken ? ' that this token may see' : ', or it needs a token'}. Check the spelling.`
  return `${host} does not have ${describeSubject(subject)}.`
}

type NotFoundInput = Pick<RefusalInput, 'host' | 'hasToken' | 'subject'> & { errorCode: string | null }
