/** What a request would do, by its route; nothing where it only asks. */
export interface AuditedRoute {
  /** A stable name: `repo.create`. */
  action: string
  /** What the path names, decoded. */
  params: Record<string, string | undefined>
}

export type ActionOf = (request: { method: string; path: string }) => AuditedRoute | undefined

export interface ActionPattern {
  method: string
  /** As the contract writes paths: `{name}` is one segment, and `{name:.+}` what its own pattern says. */
  path: string
  action: string
}

/** Finds the route of a request among those that write. What no route matches does nothing, and is not told of. */
export function matchActions(patterns: readonly ActionPattern[]): ActionOf {
  const known = patterns.map(({ path, ...rest }) => ({ ...rest, pattern: patternOf(path) }))
  return ({ method, path }) => {
    for (const route of known) {
      const match = route.method === method ? route.pattern.exec(path) : null
      if (match !== null) return { action: route.action, params: decoded(match.groups ?? {}) }
    }
    return undefined
  }
}

function patternOf(path: string): RegExp {
  const source = path
    .split(/(\{[^}]+\})/)
    .map((part) => {
      const [, name, own = '[^/]+'] = /^\{(\w+)(?::(.+))?\}$/.exec(part) ?? []
      return name === undefined ? part.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`) : `(?<${name}>${own})`
    })
    .join('')
  return new RegExp(`^${source}$`)
}

const decoded = (groups: Record<string, string | undefined>): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, text && decodeSegment(text)]))

function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
