import { createHash } from 'node:crypto'
import { ObjectMissing, type ObjectStore } from '../../shared/objects/object-store.ts'

/** The hash and size of an object; `undefined` where it is missing. */
export async function hashOf(objects: ObjectStore, key: string) {
  const hash = createHash('sha256')
  let sizeBytes = 0
  try {
    const { body } = await objects.get({ key })
    for await (const chunk of body) {
      hash.update(chunk)
      sizeBytes += chunk.byteLength
    }
  } catch (error) {
    if (error instanceof ObjectMissing) return undefined
    throw error
  }
  return { sha256: hash.digest('hex'), sizeBytes }
}
