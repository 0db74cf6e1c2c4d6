import { lists } from './keys.ts'

/** Index keys that list an unfinished import by its last activity. */
export const activity = (updatedAt: string, id: string) => ({
  activePk: lists.activeImports,
  activeSk: `${updatedAt}#${id}`,
})

/** How often an import was resumed at the same point. */
export interface Resumes {
  progress: string
  times: number
}
