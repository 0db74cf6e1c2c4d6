import type { Context } from 'hono'
import { decodeJwt } from 'jose'
import type { Principal } from '../auth/principal.ts'
import { defaultDeploymentName } from '../model/default-deployment-name.ts'
import { isDeploymentName, isRepoId } from '../model/repo-id.ts'
import type { AuditEvent } from '../table/audit.ts'
import { splitName } from '../table/repo-item.ts'
import type { AuditedRoute } from './audit-actions.ts'
import type { AuditSubject, HttpEnvironment } from './context.ts'
import { secretsHidden } from './secrets-hidden.ts'

/** For routes whose path does not name the owner. */
export const noteSubject = (context: Context<HttpEnvironment>, subject: AuditSubject): void =>
  context.set('subject', subject)

const targetMax = 500

/**
 * What an event is about: the route's own note, else the names in the path, else (for a creation) the names in the
 * answer or, if it was refused, in the request's body. Only well-formed names are taken from either.
 */
export async function subjectOf(
  context: Context<HttpEnvironment>,
  { params }: AuditedRoute,
): Promise<{ owner: string; target: string }> {
  const noted = context.get('subject') ?? {}
  const path = context.req.path.replace(/^\/api\/(?:v1\/)?|^\//, '')
  const named =
    params.owner === undefined ? await namedOf(context, path) : { owner: ownerNamed(params.owner), target: path }
  const owner = noted.owner ?? named.owner ?? ownNamespace(context.get('principal'), path)
  const target = Object.keys(params).length > 0 ? path : (named.target ?? path)
  return { owner: owner ?? '-', target: withoutSecrets(noted.target ?? target).slice(0, targetMax) }
}

/** Who acted: the token's principal, or the user who gets a session by the answer. */
export async function actorOf(context: Context<HttpEnvironment>): Promise<AuditEvent['actor']> {
  const principal = context.get('principal')
  if (principal !== undefined) {
    const { userId, username, keyId } = principal
    return { userId, username, keyId }
  }
  if (!context.res.ok || !context.req.path.startsWith('/api/v1/auth/')) return undefined
  const { accessToken } = (parsed(await context.res.clone().text()) ?? {}) as { accessToken?: unknown }
  if (typeof accessToken !== 'string') return undefined
  const { sub, sid } = decodeJwt(accessToken)
  if (sub === undefined) return undefined
  const username = context.get('subject')?.username
  return { userId: sub, ...(username !== undefined && { username }), ...(typeof sid === 'string' && { keyId: sid }) }
}

/** Routes about the caller's own account have no owner in their path. */
const ownNamespace = (principal: Principal | undefined, path: string): string | undefined =>
  /^(?:auth|keys)(?:\/|$)/.test(path) ? principal?.username : undefined

async function namedOf(context: Context<HttpEnvironment>, path: string): Promise<AuditSubject> {
  const fields = context.res.ok ? await answerOf(context) : await bodyOf(context)
  const { id, repo, name, owner, organization, target, username } = fields
  const full = [repo, id, name, target]
    .map((text) => text?.split('@')[0])
    .find((text) => text !== undefined && isRepoId(text))
  if (path === 'deployments') return deploymentNamed(fields, full)
  const record = id !== undefined && /^[a-z]{2,4}_[0-9a-f]+$|^user_[0-9a-f]+$/.test(id) ? id : undefined
  if (full !== undefined && record !== undefined)
    return { owner: splitName(full).owner, target: `repos/${full}/${path}/${record}` }
  if (full !== undefined && owner === undefined) return { owner: splitName(full).owner, target: `${path}/${full}` }
  const of = ownerNamed(owner ?? organization ?? (path === 'owners' ? name : username))
  if (record !== undefined) return { owner: of, target: `${path}/${record}` }
  if (of !== undefined && path === 'repos' && name !== undefined && isRepoId(`${of}/${name}`))
    return { owner: of, target: `${path}/${of}/${name}` }
  return {
    owner: of,
    target: name !== undefined && isDeploymentName(name) && path !== 'keys' ? `${path}/${name}` : path,
  }
}

/** A deployment's owner and name default to those of its model. */
function deploymentNamed({ name, owner }: Named, model: string | undefined): AuditSubject {
  const called = name ?? (model && defaultDeploymentName(model))
  return {
    owner: ownerNamed(owner ?? (model && splitName(model).owner)),
    target: called !== undefined && isDeploymentName(called) ? `deployments/${called}` : 'deployments',
  }
}

/** A text that is shaped like an owner's name. */
export const ownerNamed = (text: string | undefined): string | undefined =>
  text !== undefined && isRepoId(`${text}/x`) && withoutSecrets(text) === text ? text : undefined

const fieldNames = ['id', 'repo', 'name', 'owner', 'organization', 'target', 'username'] as const
type Named = Partial<Record<(typeof fieldNames)[number], string>>

const answerMaxBytes = 100_000

async function answerOf({ res }: Context<HttpEnvironment>): Promise<Named> {
  const isJson = res.headers.get('content-type')?.startsWith('application/json') === true
  const text = isJson ? await res.clone().text() : ''
  return text.length > answerMaxBytes ? {} : namesIn(parsed(text))
}

/** Reads only a body that the route has already read: a request refused earlier is not read for the log. */
async function bodyOf({ req }: Context<HttpEnvironment>): Promise<Named> {
  if (Object.keys(req.bodyCache).length === 0) return {}
  return namesIn(await req.json().catch(() => undefined))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function namesIn(value: unknown): Named {
  if (typeof value !== 'object' || value === null) return {}
  const fields = value as Record<string, unknown>
  return Object.fromEntries(
    fieldNames.flatMap((name) => (typeof fields[name] === 'string' ? [[name, fields[name]]] : [])),
  )
}

/** Removes secrets from a path, and anything that is shaped like no name. */
export const withoutSecrets = (text: string): string =>
  secretsHidden(
    text
      .split('/')
      .map((part) => (/^[\w.@:+~%-]*$/.test(part) ? part : '…'))
      .join('/'),
  )
