import type { z } from 'zod'

/** The place and the description of the first fault of an invalid value. */
export function firstIssue({ issues }: z.ZodError): { path: PropertyKey[]; message: string } {
  const [issue] = issues
  return issue === undefined ? { path: [], message: 'is not valid' } : innermost(issue)
}

/** Of the alternatives of a union, the one whose type matched and which only has a fault further inside. */
function innermost(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string } {
  const { path, message } = issue
  if (issue.code !== 'invalid_union') return { path, message }
  const inside = issue.errors.flatMap(([first]) => (first === undefined || first.path.length === 0 ? [] : [first]))
  const deepest = inside.reduce<z.core.$ZodIssue | undefined>(
    (best, one) => (best === undefined || one.path.length > best.path.length ? one : best),
    undefined,
  )
  if (deepest === undefined) return { path, message }
  const found = innermost(deepest)
  return { path: [...path, ...found.path], message: found.message }
}
