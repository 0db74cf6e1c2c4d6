/** Whether a route needs a token, accepts one, or ignores it. */
type RouteAccess = 'required' | 'optional' | 'open'

export interface DescribedRoute {
  method: string
  path: string
  security?: readonly Record<string, unknown>[] | undefined
}

/**
 * Looks up what the contract says about the request's route. An unknown route needs a token, so that strangers cannot
 * probe for routes.
 */
export function routeAccess(described: readonly DescribedRoute[]) {
  const known = described.map(({ method, path, security }) => ({
    method: method.toUpperCase(),
    pattern: patternOf(path),
    access: accessOf(security),
  }))
  return ({ method, path }: { method: string; path: string }): RouteAccess => {
    const asked = method === 'HEAD' ? 'GET' : method
    const matching = known.filter((route) => route.method === asked && route.pattern.test(path))
    // Where two routes match, such as `/x/{id}` and `/x/new`, the stricter one decides.
    const [first = 'required', ...others] = matching.map(({ access }) => access)
    return others.reduce((strictest, access) => (rank[access] > rank[strictest] ? access : strictest), first)
  }
}

const rank: Record<RouteAccess, number> = { open: 0, optional: 1, required: 2 }

function accessOf(security: DescribedRoute['security']): RouteAccess {
  if (security === undefined) return 'required'
  if (security.length === 0) return 'open'
  return security.some((scheme) => Object.keys(scheme).length === 0) ? 'optional' : 'required'
}

/** `{name}` matches one segment, `{name:.+}` its own pattern. */
function patternOf(path: string): RegExp {
  const source = path
    .split(/(\{[^}]+\})/)
    .map((part) => {
      if (!part.startsWith('{')) return part.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`)
      const [, own = '[^/]+'] = /^\{\w+:(.+)\}$/.exec(part) ?? []
      return `(?:${own})`
    })
    .join('')
  return new RegExp(`^${source}$`)
}
