/**
 * How long the SDK's clients wait, which on their own is for ever: what does not answer is asked again, by the client
 * or by the message, while there is still time for it. `requestTimeout` is until the headers of an answer.
 */
export const awsTimeouts = {
  /** DynamoDB answers in milliseconds or not at all. */
  table: { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true, socketTimeout: 5000 },
  /** A body may take as long as it likes as long as it moves; S3 sends white space while it puts an object together. */
  objects: { connectionTimeout: 5000, socketTimeout: 60_000 },
  queue: { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true, socketTimeout: 10_000 },
} as const
