/** The action that a request performs, by its route. */
export interface AuditedRoute {
  /** A stable name, such as `repo.create`. */
  action: string
  /** The parameters of the path, decoded. */
  params: Record<string, string | undefined>
}

export type ActionOf = (request: { method: string; path: string }) => AuditedRoute | undefined

export interface ActionPattern {
  method: string
  /** In the contract's notation: `{name}` is one segment, `{name:.+}` follows its own pattern. */
  path: string
  action: string
}

/** Matches a request to the routes that write; other requests change nothing and are not logged. */
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
