type Environment = Readonly<Record<string, string | undefined>>

/** The variables that the runtime and its libraries read. */
const needed = /^(?:PATH|LD_LIBRARY_PATH|TMPDIR|(?:CUDA|CUDNN|NVIDIA|MALLOC)_.*)$/

/** The environment for an engine process, without secrets because it parses untrusted files. */
export const engineEnvironment = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && needed.test(name) ? [[name, value]] : [],
    ),
  )
