/** Whether this server sends the bytes or redirects to the store. */
type Delivery = 'stream' | 'redirect'

/** A Lambda answers at most 6 MB including headers, and base64 adds a third. */
const streamedMaxBytes = 4 * 1024 ** 2

/**
 * Answers too large for a Lambda are redirected to the store's own hostname, where it has one. No key must get there,
 * and S3 refuses a request that has one: Python, fetch and reqwest drop it when the hostname changes. Rust's hf-hub 0.4
 * keeps it, but only while it asks for the first byte to learn the size; so the size of the answer decides, not that of
 * the file.
 */
export const chooseDelivery = ({ answerBytes }: { answerBytes: number }): Delivery =>
  answerBytes > streamedMaxBytes ? 'redirect' : 'stream'
