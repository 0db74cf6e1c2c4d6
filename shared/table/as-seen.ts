import { ConditionFailed } from './table.ts'

/** Writes something that is decided on what was seen. @returns whether it still was so */
export async function asSeen(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write()
    return true
  } catch (error) {
    if (error instanceof ConditionFailed) return false
    throw error
  }
}
