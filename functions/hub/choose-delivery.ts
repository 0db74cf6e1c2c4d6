/** How the bytes of a file reach a client: from this server itself, or from the store that holds them. */
export type Delivery = 'stream' | 'redirect'

/**
 * On one machine a file is always streamed: a redirect to the same hostname would send Python's token along and lose
 * `X-Repo-Commit`. A Lambda answers at most 6 MB, which base64 makes 4.5 MB of file, so it has to redirect what is
 * larger to another hostname; that comes with signed addresses of the store.
 */
export const chooseDelivery = (_file: { sizeBytes: number }): Delivery => 'stream'
