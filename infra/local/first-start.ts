import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import { createToken, hashToken, isToken } from '../../shared/auth/token.ts'
import { isCode } from '../../shared/objects/write-checked.ts'
import { createApiKey, findApiKey, newKeyId } from '../../shared/table/api-keys.ts'
import type { Table } from '../../shared/table/table.ts'
import { ensureAdminUser } from '../../shared/table/user-creation.ts'

interface AdminKey {
  token: string
  /** Whether it was created just now, and so must be shown. */
  created: boolean
}

/** The data folder's admin key, created with its user on the first start. */
export async function ensureAdminKey({ table, keyPath, now }: AdminKeyRequest): Promise<AdminKey> {
  const existing = await readKey(keyPath)
  const token = existing ?? createToken()
  if (existing === undefined) {
    // The key is on disk before it is valid, so that a crash in between leaves no key that nobody knows.
    await writeFile(`${keyPath}.new`, `${token}\n`, { mode: 0o600 })
    await chmod(`${keyPath}.new`, 0o600)
    await rename(`${keyPath}.new`, keyPath)
  }
  const sha256 = hashToken(token)
  const known = await findApiKey(table, sha256)
  if (known?.revokedAt !== undefined)
    throw new Error(`The key in ${keyPath} is revoked. Remove the file, and the next start creates a new admin key.`)
  await ensureAdminUser({ table, now })
  if (known === undefined)
    await createApiKey(table, {
      id: newKeyId(now),
      sha256,
      name: 'first admin key',
      userId: 'admin',
      scopes: ['admin'],
      createdAt: now.toISOString(),
    })
  return { token, created: existing === undefined }
}

interface AdminKeyRequest {
  table: Table
  keyPath: string
  now: Date
}

async function readKey(path: string): Promise<string | undefined> {
  try {
    const token = (await readFile(path, 'utf8')).trim()
    if (token === '') return undefined
    if (isToken(token)) return token
    throw new Error(`The file ${path} contains no API key. Remove it, and the next start creates a new key.`)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}
