/** How bytes of a file reach a client: from this server itself, or from the store that holds them. */
type Delivery = 'stream' | 'redirect'

/** A Lambda answers at most 6 MB, headers and all, and base64 makes a third more of every byte. */
const streamedMaxBytes = 4 * 1024 ** 2

/**
 * Where the store has addresses of its own, which it has not on one machine, an answer that a Lambda cannot carry is
 * redirected to another hostname. No key goes there, and S3 would refuse a request that comes with one: Python, fetch
 * and reqwest drop it when the hostname changes. Rust's hf-hub 0.4 takes it along by itself, but only while it asks
 * for the first byte to learn the size; so it is the answer that counts here and not the file.
 */
export const chooseDelivery = ({ answerBytes }: { answerBytes: number }): Delivery =>
  answerBytes > streamedMaxBytes ? 'redirect' : 'stream'
