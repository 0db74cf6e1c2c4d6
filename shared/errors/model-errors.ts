import { AppError } from './app-error.ts'

export const modelErrors = {
  modelNotFound: (model: string) =>
    new AppError({
      code: 'model_not_found',
      status: 404,
      message: `The model "${model}" is not deployed here. Name a deployment, "owner/name" or "owner/name@ref"; GET /v1/models lists them.`,
      param: 'model',
    }),
  /** Not 503, which Hugging Face's JavaScript client retries at once and forever. */
  deploymentPaused: (name: string) =>
    new AppError({
      code: 'deployment_paused',
      status: 409,
      message: `The deployment "${name}" is paused. Its owner can resume it: npx slipway resume ${name}`,
    }),
  modelNotReady: (model: string, state: string, retryAfterSeconds = 1) =>
    new AppError({
      code: 'model_not_ready',
      status: 503,
      message: `The model "${model}" is not ready yet (${state}). Try again shortly.`,
      retryable: true,
      retryAfterSeconds,
    }),
  /** Reconciliation would undo the unload at once. The name of whoever deployed it may be hidden from the caller. */
  modelKeptLoaded: (deployment: string, { isByItself }: { isByItself: boolean }) =>
    new AppError({
      code: 'model_kept_loaded',
      status: 409,
      message: isByItself
        ? `The deployment "${deployment}" is kept loaded. To free its memory, load it on demand: npx slipway deploy --update --name ${deployment} --min 0, or pause it: npx slipway pause ${deployment}`
        : `A deployment keeps the model of "${deployment}" loaded. List the deployments that you may see: npx slipway status`,
    }),
  modelTooLarge: ({ model, sizeBytes, maxBytes }: { model: string; sizeBytes: number; maxBytes: number }) =>
    new AppError({
      code: 'model_too_large',
      status: 422,
      message: `The model "${model}" needs about ${inMegabytes(sizeBytes)} of memory in the engines, more than the limit of ${inMegabytes(maxBytes)}. Serve it in a smaller precision, with fewer engines (SLIPWAY_ENGINES), or raise SLIPWAY_MODEL_MEMORY_BYTES.`,
    }),
  modelFailed: (model: string, reason: string) =>
    new AppError({
      code: 'model_failed',
      status: 422,
      message: `The model "${model}" could not be loaded: ${reason}`,
    }),
  modelNotNamed: (path: string, bases: readonly string[]) =>
    new AppError({
      code: 'model_not_named',
      status: 400,
      message:
        bases.length === 0
          ? `No model that you may use can answer ${path}. GET /v1/models lists the models.`
          : `Several models can answer ${path}. Use the path of one of them: ${bases.map((base) => (path === '/' ? base : base + path)).join(', ')}.`,
    }),
  generationNotServed: (path: string, served: readonly string[]) =>
    new AppError({
      code: 'not_implemented',
      status: 501,
      message: `Text generation is not served yet, so there is no ${path}. Served are: ${served.join(', ')}.`,
    }),
  wrongTask: (model: string, task: string, wanted: string) =>
    new AppError({
      code: 'wrong_task',
      status: 400,
      message: `The model "${model}" does ${task}, but this route needs ${wanted}.`,
      param: 'model',
    }),
  unsupportedModel: (reason: string) => new AppError({ code: 'unsupported_model', status: 422, message: reason }),
  inferenceFailed: (reason: string, cause?: unknown) =>
    new AppError({
      code: 'inference_failed',
      status: 422,
      message: `The model could not run this input: ${reason}`,
      cause,
    }),
  /** The process was killed from outside, repeatedly. */
  engineDied: (reason: string, { backInMs = 1000, cause }: { backInMs?: number | undefined; cause?: unknown } = {}) => {
    const retryAfterSeconds = Math.max(1, Math.ceil(backInMs / 1000))
    return new AppError({
      code: 'engine_died',
      status: 503,
      message: `The model could not be run, even after a retry: ${reason}. Its engine is being restarted. Try again in ${retryAfterSeconds} s.`,
      retryable: true,
      retryAfterSeconds,
      cause,
    })
  },
  /** A smaller batch was already tried. Memory held by others may be free later; a shorter input may fit now. */
  engineMemoryShort: (reason: string, cause?: unknown) =>
    new AppError({
      code: 'engine_memory_short',
      status: 503,
      message: `The other loaded models left too little memory to run this input: ${reason}. Try again later, or send a shorter input.`,
      retryable: true,
      retryAfterSeconds: 5,
      cause,
    }),
  /** Not retryable: each attempt would cost another engine. */
  inputEndsEngine: (reason: string, cause?: unknown) =>
    new AppError({
      code: 'input_ends_engine',
      status: 422,
      message: `The model cannot be run on this input, even alone: ${reason}. Other inputs are not affected.`,
      cause,
    }),
  runNeverEnded: (reason: string, cause?: unknown) =>
    new AppError({
      code: 'run_never_ended',
      status: 500,
      message: `The model was stopped: ${reason}. It is not restarted automatically; the status of its deployment says why.`,
      cause,
    }),
}

const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`
