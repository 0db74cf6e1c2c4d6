/** JSON with sorted members, because DynamoDB returns those of a map in any order. */
export const orderedText = (value: unknown): string => JSON.stringify(value, inOrder)

const inOrder = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value
