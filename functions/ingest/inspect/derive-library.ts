import { hubLibraries } from '../../../shared/model/hub-words.ts'
import type { Evidence } from './evidence.ts'

/** Files that only one library writes. */
const libraryFiles: [RegExp, string][] = [
  [/^(?:modules|config_sentence_transformers)\.json$/, 'sentence-transformers'],
  [/^adapter_config\.json$/, 'peft'],
  [/^model_index\.json$/, 'diffusers'],
  [/\.nemo$/, 'nemo'],
  [/\.(?:mlmodel|mlpackage\/Manifest\.json)$/, 'coreml'],
  [/\.keras$/, 'keras'],
  [/\.tflite$/, 'litert'],
  [/\.gguf$/, 'gguf'],
]

/** The model's library: from its card, a tag that names one, or characteristic files. */
export function deriveLibrary({ card, config, paths, onnx }: Evidence): string | undefined {
  if (card.library_name !== undefined) return card.library_name
  const tagged = card.tags.find((tag) => hubLibraries.has(tag))
  if (tagged !== undefined) return tagged
  if ('sklearn' in config) return 'sklearn'
  const written = libraryFiles.find(([pattern]) => paths.some((path) => pattern.test(path)))?.[1]
  if (written !== undefined) return written
  if (onnx.some(({ producer }) => producer === 'skl2onnx')) return 'sklearn'
  // Many libraries write a config.json, so it alone proves nothing.
  return 'transformers_version' in config ? 'transformers' : undefined
}

const formatFiles: [RegExp, string][] = [
  [/\.safetensors$/, 'safetensors'],
  [/\.onnx$/, 'onnx'],
  [/\.gguf$/, 'gguf'],
  [/(?:^|\/)(?:pytorch_model|adapter_model|diffusion_pytorch_model)[^/]*\.bin$|\.pth?$/, 'pytorch'],
  [/(?:^|\/)tf_model[^/]*\.h5$|(?:^|\/)saved_model\.pb$/, 'tf'],
  [/(?:^|\/)flax_model[^/]*\.msgpack$/, 'jax'],
  [/(?:^|\/)rust_model\.ot$/, 'rust'],
  [/(?:^|\/)openvino_model[^/]*\.xml$/, 'openvino'],
  [/\.(?:mlmodel|mlpackage\/Manifest\.json)$/, 'coreml'],
  [/\.tflite$/, 'tflite'],
  [/\.keras$/, 'keras'],
  [/\.(?:joblib|skops)$/, 'joblib'],
]

/** The weight formats, by the Hub's tags. */
export const formatsOf = (paths: readonly string[]): string[] =>
  formatFiles.filter(([pattern]) => paths.some((path) => pattern.test(path))).map(([, format]) => format)
