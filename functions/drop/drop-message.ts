import * as z from 'zod'

/** Asks for another look at a drop folder. `id` identifies the latest request, which alone counts. */
const settle = z.object({ settle: z.object({ repo: z.string(), version: z.string(), id: z.string().optional() }) })

/** An S3 event notification (docs.aws.amazon.com/AmazonS3, "Event message structure"). Its keys are URL-encoded. */
const created = z.object({ Records: z.array(z.object({ s3: z.object({ object: z.object({ key: z.string() }) }) })) })

/** Sent once when notifications are switched on. */
const test = z.object({ Event: z.literal('s3:TestEvent') })

export const dropMessage = z.union([settle, created, test])
export type DropMessage = z.infer<typeof dropMessage>

/** Undoes S3's encoding of keys in events, where `+` is a space. @throws URIError */
export const decodeEventKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '))

export const encodeEventKey = (key: string): string =>
  encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/')
