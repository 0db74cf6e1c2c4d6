/** How long a load that failed this often in a row is left alone. */
export const backoffMs = (failures: number): number => Math.min(300_000, 1000 * 2 ** (failures - 1))
