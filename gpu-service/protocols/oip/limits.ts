/** The largest body, compressed or not: tensors are larger than texts. */
export const bodyMaxBytes = 64 * 1024 * 1024

/** The most JSON besides tensor elements. */
export const outlineMaxBytes = 1024 * 1024

export const tensorsMax = 256

/** The most texts in a request, because each takes more memory than bytes. */
export const textsMax = 2 ** 20
