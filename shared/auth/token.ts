import { hash, randomBytes } from 'node:crypto'
import { errors } from '../errors.ts'

/** A new API key: 256 random bits in hex behind `hf_`, the prefix that Hub clients insist on. */
export const createToken = (): string => `hf_${randomBytes(32).toString('hex')}`

/** Whether a text is shaped like one of our keys. */
export const isToken = (text: string): boolean => /^hf_[A-Za-z0-9]{40,100}$/.test(text)

/** Only this hash of a key is ever stored. The key is random, so a plain hash is enough. */
export const hashToken = (token: string): string => hash('sha256', token)

/** An API key or an access token, alone or after another word than `Bearer`. */
const bareKey = /^(?:\S+ +|bearer:)?(?:hf_\S+|ey[\w-]+\.[\w-]+\.[\w-]+)$/i

/** The key of a request, from `Authorization: Bearer …` or `X-API-Key`. @throws AppError `unauthenticated` */
export function tokenOf(headers: Headers): string | undefined {
  const authorization = headers.get('authorization') ?? ''
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)
  const key = bearer?.[1] ?? headers.get('x-api-key') ?? undefined
  if (key === undefined && bareKey.test(authorization)) throw errors.bearerMissing()
  return key
}
