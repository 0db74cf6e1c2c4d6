/**
 * A path as in the URL. The HTTP API decodes paths before a Lambda sees them, so that a `#` in a file name would end
 * the path; encoded characters stay. A `%2F` is lost.
 */
export const encodedPath = (rawPath: string): string =>
  rawPath.replaceAll(/[?#]|%(?![0-9a-f]{2})/gi, encodeURIComponent)
