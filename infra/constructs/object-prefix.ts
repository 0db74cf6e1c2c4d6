import type { objectPrefixes } from '../../shared/objects/keys.ts'

/** A top-level folder of the bucket, typed so that a rule about a folder nobody writes to does not compile. */
export type ObjectPrefix = `${(typeof objectPrefixes)[number]}/`
