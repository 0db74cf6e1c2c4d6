import { ConditionFailed } from './table.ts'

/** Makes a conditional write. @returns whether the condition still held */
export async function conditionHeld(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write()
    return true
  } catch (error) {
    if (error instanceof ConditionFailed) return false
    throw error
  }
}
