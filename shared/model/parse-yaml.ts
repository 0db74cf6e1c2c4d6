import { isScalar, parseDocument, visit } from 'yaml'

/**
 * The YAML of a stranger's README. Aliases are off, for a few bytes of nested ones unfold to gigabytes, and so are names
 * that are no texts: each is written out to become one, again for every other that it is in. @throws Error
 */
export function parseYaml(yaml: string): { data: unknown; twice: string | undefined } {
  // The parser would compare each name with all the others, which takes seconds where there are thousands.
  const document = parseDocument(yaml, { schema: 'core', uniqueKeys: false, logLevel: 'error' })
  const [fault] = document.errors
  if (fault !== undefined) throw fault
  let twice: string | undefined
  visit(document, {
    Map: (_, { items }) => {
      const repeated = repeatedName(items.map(({ key }) => key))
      twice ??= repeated
    },
  })
  return { data: document.toJS({ maxAliasCount: 0 }), twice }
}

function repeatedName(names: readonly unknown[]): string | undefined {
  const seen = new Set<unknown>()
  let repeated: string | undefined
  for (const name of names) {
    if (!isScalar(name)) throw new Error('a name must be a text')
    if (seen.has(name.value)) repeated ??= String(name.value)
    seen.add(name.value)
  }
  return repeated
}
