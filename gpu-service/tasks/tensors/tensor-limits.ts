/** The most elements of one tensor in a request: 64 MiB of float32. */
export const elementsMax = 2 ** 24

/** The most rows of one request. */
export const rowsMax = 65_536

export const dimensionsMax = 16
