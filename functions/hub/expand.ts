import type { Context } from 'hono'

/** The fields that `expand=a&expand=b`, or `expand[]=a`, asks for; `undefined` for all. */
export function expandedFields(context: Context): ReadonlySet<string> | undefined {
  const names = [...(context.req.queries('expand') ?? []), ...(context.req.queries('expand[]') ?? [])]
  return names.length === 0 ? undefined : new Set(names)
}

/** Those fields of a model, plus its names. Unknown fields are ignored. */
export const pickFields = (model: Record<string, unknown>, fields: ReadonlySet<string> | undefined) =>
  fields === undefined
    ? model
    : Object.fromEntries(Object.entries(model).filter(([name]) => name === '_id' || name === 'id' || fields.has(name)))

export const isTrue = (context: Context, name: string): boolean =>
  ['true', '1', ''].includes(context.req.query(name)?.toLowerCase() ?? 'false')
