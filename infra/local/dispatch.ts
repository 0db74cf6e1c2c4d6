import { isHubPath } from '../../functions/hub/app.ts'
import { isServingPath } from '../../gpu-service/app.ts'

type Fetch = (request: Request) => Response | Promise<Response>

export interface Apps {
  registry: Fetch
  auth: Fetch
  hub: Fetch
  serving: Fetch
}

/** One origin for what are four services in AWS: the same paths go where the gateways send them there. */
export const dispatch = ({ registry, auth, hub, serving }: Apps): Fetch => {
  return (request) => {
    const { pathname } = new URL(request.url)
    if (isServingPath(pathname)) return serving(request)
    if (isHubPath(pathname)) return hub(request)
    return isAuthPath(pathname) ? auth(request) : registry(request)
  }
}

const isAuthPath = (path: string): boolean => /^\/api\/v1\/(?:me|keys(?:\/.*)?)$/.test(path)
