import { randomBytes } from 'node:crypto'
import { createApi } from '../support/http.ts'
import { must, type World } from './world.ts'

/** Keys and tokens of all who must be refused. */
export async function makeCallers({ host, admin, ada, stranger, register, keyOf, names, openModelId }: World) {
  const revoked = await admin.post('/api/v1/keys', { name: 'to be revoked' })
  await admin.delete(`/api/v1/keys/${revoked.body.id}`)
  return {
    stranger: await keyOf(stranger, ['admin']),
    expired: await keyOf(ada, ['admin'], { validUntil: new Date(Date.now() - 1000).toISOString() }),
    revoked: revoked.body.token as string,
    unknown: `hf_${'x'.repeat(64)}`,
    disabled: await disabledSession({ host, admin, register }),
    forOtherRepo: await keyOf(ada, ['admin'], { limit: { repoId: openModelId, repo: `${ada.username}/open-model` } }),
    forOtherOwner: await keyOf(ada, ['admin'], { limit: { owner: names.organisation } }),
  }
}

/** A session that was good until an admin disabled its user. */
async function disabledSession({ host, admin, register }: Pick<World, 'host' | 'admin' | 'register'>): Promise<string> {
  const { id, username } = await register('gone')
  const newPassword = randomBytes(16).toString('hex')
  await must(admin.patch(`/api/v1/auth/users/${id}`, { newPassword }))
  const session = await must(
    createApi({ url: host.url }).post('/api/v1/auth/login', { login: username, password: newPassword }),
  )
  const own = createApi({ url: host.url, key: session.accessToken })
  await must(own.get('/api/v1/me'))
  await must(admin.patch(`/api/v1/auth/users/${id}`, { disabled: true }))
  return session.accessToken
}
