import * as z from 'zod'

/** A line for each setting that has a description. */
export function describeSettings(shape: Readonly<Record<string, z.ZodType>>): string {
  const described = Object.entries(shape).filter(([, { description }]) => description !== undefined)
  const nameLength = Math.max(...described.map(([name]) => name.length))
  const lines = described.map(([name, schema]) => {
    const fallback = schema instanceof z.ZodDefault ? ` (${schema.def.defaultValue})` : ''
    return `  ${name.padEnd(nameLength)}  ${schema.description}${fallback}`
  })
  return lines.join('\n')
}
