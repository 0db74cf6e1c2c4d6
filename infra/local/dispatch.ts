import { isHubPath } from '../../functions/hub/app.ts'
import { isMaintenancePath } from '../../functions/maintenance/app.ts'
import { isServingPath } from '../../gpu-service/app.ts'

/** A request, with what the host knows about its connection. */
export type Fetch = (request: Request, connection?: object) => Response | Promise<Response>

type Apps = Record<'registry' | 'auth' | 'hub' | 'maintenance' | 'serving', { fetch: Fetch }>

/** One origin for what are five services in AWS, with the same paths as the gateways. */
export const dispatch = ({ registry, auth, hub, maintenance, serving }: Apps): Fetch => {
  return (request, connection) => {
    const { pathname } = new URL(request.url)
    // First, because llama.cpp requests manifests from the hub below "/v2/", which otherwise belongs to serving.
    if (isHubPath(pathname)) return hub.fetch(request, connection)
    if (isMaintenancePath(pathname)) return maintenance.fetch(request, connection)
    if (isServingPath(pathname, request.method)) return serving.fetch(request, connection)
    return isAuthPath(pathname) ? auth.fetch(request, connection) : registry.fetch(request, connection)
  }
}

const isAuthPath = (path: string): boolean =>
  !/^\/api\/v1\/owners\/[^/]+\/quotas$/.test(path) &&
  (path === '/.well-known/jwks.json' || /^\/api\/v1\/(?:me|auth\/.+|(?:keys|owners|invitations)(?:\/.*)?)$/.test(path))
