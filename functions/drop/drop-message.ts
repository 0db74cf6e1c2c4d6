import * as z from 'zod'

/** Asks to look at a drop folder again, once it may have come to rest. `id` tells the one that counts from others. */
const settle = z.object({ settle: z.object({ repo: z.string(), version: z.string(), id: z.string().optional() }) })

/** An S3 event notification (docs.aws.amazon.com/AmazonS3, "Event message structure"). Its keys are URL-encoded. */
const created = z.object({ Records: z.array(z.object({ s3: z.object({ object: z.object({ key: z.string() }) }) })) })

/** What S3 sends once when notifications are switched on. */
const test = z.object({ Event: z.literal('s3:TestEvent') })

export const dropMessage = z.union([settle, created, test])
export type DropMessage = z.infer<typeof dropMessage>

/** Undoes S3's encoding of keys in events: `+` is a space. @throws URIError */
export const decodeEventKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '))

export const encodeEventKey = (key: string): string =>
  encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/')
