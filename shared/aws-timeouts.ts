/**
 * The SDK's clients wait forever by default. With these limits, the client or the queue message retries while there is
 * still time. `requestTimeout` covers the time until the headers of an answer.
 */
export const awsTimeouts = {
  /** DynamoDB answers in milliseconds or not at all. */
  table: { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true, socketTimeout: 5000 },
  /** A body may take any time while it keeps moving; S3 sends white space while it assembles an object. */
  objects: { connectionTimeout: 5000, socketTimeout: 60_000 },
  queue: { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true, socketTimeout: 10_000 },
} as const
