import type { RevisionItem } from '../../shared/table/repos.ts'

/** A revision in one line, as a log of commits shows it. */
export const commitTitle = ({ source }: Pick<RevisionItem, 'source'>): string => `Import ${source}`
