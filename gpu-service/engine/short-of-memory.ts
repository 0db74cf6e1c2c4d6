import { messageOf } from '../../shared/errors.ts'

const words = [
  // The runtime's arena, C++ and JavaScript.
  'Failed to allocate memory',
  'std::bad_alloc',
  'Array buffer allocation failed',
  // The system, when a file is mapped or a process is started.
  'Cannot allocate memory',
  'ENOMEM',
  // CUDA and its libraries, which allocate memory for each session.
  'out of memory',
  'STATUS_ALLOC_FAILED',
]

/** Whether an allocation failed, judged by the error message. */
export const isShortOfMemory = (error: unknown): boolean => new RegExp(words.join('|'), 'i').test(messageOf(error))
