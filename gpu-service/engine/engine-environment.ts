type Environment = Readonly<Record<string, string | undefined>>

/** What the runtime and its libraries read. */
const needed = /^(?:PATH|LD_LIBRARY_PATH|TMPDIR|(?:CUDA|CUDNN|NVIDIA|MALLOC)_.*)$/

/** What an engine's process is told of ours: it parses strangers' files, so nothing that opens a door anywhere. */
export const engineEnvironment = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && needed.test(name) ? [[name, value]] : [],
    ),
  )
