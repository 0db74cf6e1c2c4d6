import { randomBytes } from 'node:crypto'
import { keys } from '../../../shared/table/keys.ts'
import { absent, ConditionFailed, type Table } from '../../../shared/table/table.ts'

/**
 * What the addresses of uploads are signed with. It lies in the table, in a partition that the hub alone may read: it
 * is the same for every instance, is there in both hosts, and costs no request but the first. Whoever had it could
 * only send bytes to an upload that somebody began, and bytes are hashed before anyone can read them.
 */
export function createUploadSecret(table: Table): () => Promise<Uint8Array> {
  let known: Promise<Uint8Array> | undefined
  return () => {
    known ??= readOrMake(table).catch((error) => {
      known = undefined
      throw error
    })
    return known
  }
}

async function readOrMake(table: Table): Promise<Uint8Array> {
  const item = await table.get<{ secret: string }>(keys.uploadSecret)
  if (item !== undefined) return Buffer.from(item.secret, 'base64')
  const secret = randomBytes(32)
  try {
    await table.put({ ...keys.uploadSecret, secret: secret.toString('base64') }, absent)
    return secret
  } catch (error) {
    // Another instance made it first.
    if (error instanceof ConditionFailed) return readOrMake(table)
    throw error
  }
}
