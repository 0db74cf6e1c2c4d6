import type { objectPrefixes } from '../../shared/objects/keys.ts'

/** A first folder of the bucket, so that a rule about a folder that nobody writes to does not compile. */
export type ObjectPrefix = `${(typeof objectPrefixes)[number]}/`
