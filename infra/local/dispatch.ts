import { isServingPath } from '../../gpu-service/app.ts'

type Fetch = (request: Request) => Response | Promise<Response>

export interface Apps {
  registry: Fetch
  auth: Fetch
  serving: Fetch
}

/** One origin for what are three services in AWS: the same paths go where the gateways send them there. */
export const dispatch = ({ registry, auth, serving }: Apps): Fetch => {
  return (request) => {
    const { pathname } = new URL(request.url)
    if (isServingPath(pathname)) return serving(request)
    return isAuthPath(pathname) ? auth(request) : registry(request)
  }
}

const isAuthPath = (path: string): boolean => /^\/api\/v1\/(?:me|keys(?:\/.*)?)$/.test(path)
