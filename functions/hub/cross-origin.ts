import { cors } from 'hono/cors'

/**
 * R12: any web page may call, with a key of its own. Cookies are ignored, so a page gains nothing from being open in a
 * user's browser.
 */
export const crossOrigin = () =>
  cors({
    origin: '*',
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'],
    exposeHeaders: [
      'X-Repo-Commit',
      'X-Request-Id',
      'X-Error-Code',
      'X-Error-Message',
      'X-Total-Count',
      'ETag',
      'Link',
      'Accept-Ranges',
      'Content-Range',
      'X-Linked-Size',
      'X-Linked-ETag',
    ],
    maxAge: 86_400,
  })
