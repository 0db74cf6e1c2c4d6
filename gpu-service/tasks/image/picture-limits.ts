/** What one picture may be. Headers are read before pixels are, so a picture beyond these costs nothing. */
export const pictureMaxBytes = 16 * 1024 * 1024
/** More than the camera of a telephone makes; its pixels are 150 MB. */
export const picturePixelsMax = 50_000_000
/** Its decoder holds a picture five times over: 300 MB for these, which is more than the 50 million of a JPEG take. */
export const avifPixelsMax = 16_000_000
/** The most that a JPEG can have. */
export const pictureSideMax = 65_535
/** The most pictures of one request. */
export const picturesMax = 64
