/**
 * The limits of one picture. Headers are checked before pixels are decoded, so a picture over these limits costs
 * nothing.
 */
export const pictureMaxBytes = 16 * 1024 * 1024
/** More than a phone camera makes; decoded it takes 150 MB. */
export const picturePixelsMax = 50_000_000
/** The AVIF decoder holds five copies: 300 MB for these, more than a JPEG of 50 million pixels takes. */
export const avifPixelsMax = 16_000_000
/** The limit of the JPEG format. */
export const pictureSideMax = 65_535
/** The most pictures per request. */
export const picturesMax = 64
