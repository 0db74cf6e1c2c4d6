/** How long a deleted repo can be restored and keeps its name; after that a collection may remove it. */
export const deletedRepoKeptDays = 30

const dayMs = 86_400_000

/** Until when a repo deleted at that time can be restored. */
export const keptUntil = (deletedAt: string): string =>
  new Date(Date.parse(deletedAt) + deletedRepoKeptDays * dayMs).toISOString()

/** Whether it can no longer be restored, and may be removed. */
export const isPastGrace = (deletedAt: string, now: Date): boolean => keptUntil(deletedAt) <= now.toISOString()
