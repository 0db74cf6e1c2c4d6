import { randomBytes } from 'node:crypto'
import { keys } from '../../../shared/table/keys.ts'
import { absent, ConditionFailed, type Table } from '../../../shared/table/table.ts'

/**
 * The secret that signs upload addresses, stored in a partition of the table that only the hub function reads: it works
 * in both hosts, is the same for every instance, and costs one read. A thief could only send bytes to a begun upload,
 * and bytes are hashed before anyone can read them.
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
    // Another instance created it first.
    if (error instanceof ConditionFailed) return readOrMake(table)
    throw error
  }
}
