/** Delays some calls for a moment, so that every order of writes occurs. */
export function hesitant<Target extends object>(
  target: Target,
  random: () => number,
  methods: readonly string[],
): Target {
  const slow = async () => {
    if (random() < 0.3) await new Promise((resolve) => setTimeout(resolve, random() * 8))
  }
  return Object.fromEntries(
    Object.entries(target).map(([name, method]) => [
      name,
      methods.includes(name)
        ? async (...given: unknown[]) => {
            // There are hundreds of these, all in one step.
            if (JSON.stringify(given[0])?.includes('ROUND#')) return method(...given)
            await slow()
            const answer = await method(...given)
            await slow()
            return answer
          }
        : method,
    ]),
  ) as Target
}
