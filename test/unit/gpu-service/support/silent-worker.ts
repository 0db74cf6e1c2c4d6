/** A worker that never answers anything. */
setInterval(() => {}, 60_000)
