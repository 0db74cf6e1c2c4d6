import { buffer } from 'node:stream/consumers'
import type * as z from 'zod'
import { ObjectMissing, type ObjectStore } from '../../../shared/objects/object-store.ts'

/** The content of a manifest; `undefined` where it is missing, `broken` where it is invalid. */
export async function readManifest<Schema extends z.ZodType>(
  objects: ObjectStore,
  { key, schema }: { key: string; schema: Schema },
): Promise<z.output<Schema> | 'broken' | undefined> {
  try {
    const { body } = await objects.get({ key })
    const parsed = schema.safeParse(JSON.parse((await buffer(body)).toString()))
    return parsed.success ? parsed.data : 'broken'
  } catch (error) {
    if (error instanceof ObjectMissing) return undefined
    if (error instanceof SyntaxError) return 'broken'
    throw error
  }
}
