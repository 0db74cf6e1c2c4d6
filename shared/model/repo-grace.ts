/** For so long a deleted repo can be brought back, and keeps its name. After it, a collection may remove it. */
export const deletedRepoKeptDays = 30

const dayMs = 86_400_000

/** Until when a repo can be brought back that was deleted then. */
export const keptUntil = (deletedAt: string): string =>
  new Date(Date.parse(deletedAt) + deletedRepoKeptDays * dayMs).toISOString()

/** Whether nobody can bring it back any more, so that it may be removed without asking again. */
export const isPastGrace = (deletedAt: string, now: Date): boolean => keptUntil(deletedAt) <= now.toISOString()
