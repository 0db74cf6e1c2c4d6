/**
 * A path as a URL has it. The HTTP API decodes a path before a Lambda sees it, so that a `#` in the name of a file
 * would end the path there; what comes encoded stays as it is. That a `/` was `%2F` is lost: a ref of several segments
 * is read as the first ref that exists.
 */
export const encodedPath = (rawPath: string): string =>
  rawPath.replaceAll(/[?#]|%(?![0-9a-f]{2})/gi, encodeURIComponent)
