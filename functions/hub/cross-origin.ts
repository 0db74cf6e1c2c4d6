import { cors } from 'hono/cors'

/**
 * R12: any page may ask, with a key that it has itself. No cookie is ever looked at, so a page gets nothing by being
 * open in the browser of someone who has a key.
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
