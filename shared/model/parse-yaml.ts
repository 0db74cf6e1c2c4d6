import { isScalar, LineCounter, parseDocument, visit } from 'yaml'

/**
 * The YAML of a stranger's README. Aliases are off, for a few bytes of nested ones unfold to gigabytes, and so are names
 * that are no texts: each is written out to become one, again for every other that it is in. @throws Error
 */
export function parseYaml(yaml: string): { data: unknown; twice: string | undefined } {
  const lineCounter = new LineCounter()
  // The parser would compare each name with all the others, and draw the place of every fault, which takes seconds where
  // there are thousands.
  const options = { schema: 'core', uniqueKeys: false, prettyErrors: false, lineCounter, logLevel: 'error' } as const
  const document = parseDocument(yaml, options)
  const [fault] = document.errors
  if (fault !== undefined) {
    const { line, col } = lineCounter.linePos(fault.pos[0])
    throw new Error(`${fault.message} at line ${line}, column ${col}`, { cause: fault })
  }
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
