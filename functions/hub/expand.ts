import type { Context } from 'hono'

/** The fields that a client wants alone: `expand=a&expand=b`, also as `expand[]=a`. `undefined` is all of them. */
export function expandedFields(context: Context): ReadonlySet<string> | undefined {
  const names = [...(context.req.queries('expand') ?? []), ...(context.req.queries('expand[]') ?? [])]
  return names.length === 0 ? undefined : new Set(names)
}

/** Those fields of a model and its names, which always are. Fields that nobody knows are left out. */
export const pickFields = (model: Record<string, unknown>, fields: ReadonlySet<string> | undefined) =>
  fields === undefined
    ? model
    : Object.fromEntries(Object.entries(model).filter(([name]) => name === '_id' || name === 'id' || fields.has(name)))

export const isTrue = (context: Context, name: string): boolean =>
  ['true', '1', ''].includes(context.req.query(name)?.toLowerCase() ?? 'false')
