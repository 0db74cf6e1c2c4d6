import { isCode } from './write-checked.ts'

/** Whether a write failed because the disk or our quota is full. */
export const isDiskFull = (error: unknown): boolean => isCode(error, 'ENOSPC') || isCode(error, 'EDQUOT')
