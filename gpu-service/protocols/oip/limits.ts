/** The largest body of a request, as it comes and as it unpacks: tensors are larger than texts. */
export const bodyMaxBytes = 64 * 1024 * 1024

/** The most JSON beside the elements of its tensors. */
export const outlineMaxBytes = 1024 * 1024

export const tensorsMax = 256

/** The most texts of a request: each takes more memory than bytes of the body. */
export const textsMax = 2 ** 20
