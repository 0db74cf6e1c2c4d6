import { isCode } from './write-checked.ts'

/** Whether something could not be written because the disk, or the share of it that is ours, is full. */
export const isDiskFull = (error: unknown): boolean => isCode(error, 'ENOSPC') || isCode(error, 'EDQUOT')
