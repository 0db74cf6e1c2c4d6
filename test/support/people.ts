import { randomBytes } from 'node:crypto'
import { type Api, createApi } from './http.ts'

export interface Person {
  username: string
  /** Their API key. */
  key: string
  api: Api
}

/** Registers a new user as an admin, and makes an API key for them. */
export async function makePerson(
  admin: Api,
  { name = 'person', scopes = ['read', 'write', 'infer'] }: { name?: string; scopes?: string[] } = {},
): Promise<Person> {
  const username = `${name}-${randomBytes(4).toString('hex')}`
  const password = `${randomBytes(16).toString('hex')}`
  const about = { username, email: `${username}@example.com`, password }
  const registered = await admin.post('/api/v1/auth/register', about)
  if (registered.status !== 201) throw new Error(`nobody was registered: ${JSON.stringify(registered.body)}`)
  const session = await createApi({ url: admin.url }).post('/api/v1/auth/login', { login: username, password })
  const own = createApi({ url: admin.url, key: session.body.accessToken })
  const made = await own.post('/api/v1/keys', { name: 'tests', scopes })
  if (made.status !== 201) throw new Error(`no key was made: ${JSON.stringify(made.body)}`)
  return { username, key: made.body.token, api: createApi({ url: admin.url, key: made.body.token }) }
}
