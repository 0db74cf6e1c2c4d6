import { hubTasks } from '../../../shared/model/hub-words.ts'
import { towersOf } from '../../../shared/model/towers.ts'
import type { Evidence } from './evidence.ts'
import { fieldIn, textIn, textsIn } from './json-fields.ts'

/** Tasks that the platform serves and the Hub has no name for. */
const ownTasks = new Set(['image-text-classification'])

export const isTask = (name: string): boolean => hubTasks.has(name) || ownTasks.has(name)

/** The task of a transformers class, by the first matching end of its name. */
const architectureTasks: [RegExp, string][] = [
  [
    /^(?:Wav2Vec2|Hubert|WavLM|UniSpeech|Data2VecAudio|SEW|ASTF|Whisper)\w*For(?:Sequence|Audio)Classification$/,
    'audio-classification',
  ],
  [/ForSequenceClassification$/, 'text-classification'],
  [/ForTokenClassification$/, 'token-classification'],
  [/^TapasForQuestionAnswering$|ForTableQuestionAnswering$/, 'table-question-answering'],
  [/^LayoutLM\w*ForQuestionAnswering$|ForDocumentQuestionAnswering$/, 'document-question-answering'],
  [/ForVisualQuestionAnswering$|^ViltForQuestionAnswering$/, 'visual-question-answering'],
  [/ForQuestionAnswering$/, 'question-answering'],
  [/ForMultipleChoice$/, 'multiple-choice'],
  [/ForMaskedLM$/, 'fill-mask'],
  [/ForCausalLM$|LMHeadModel$/, 'text-generation'],
  [/ForZeroShotObjectDetection$|^OwlViTForObjectDetection$|^Owlv2ForObjectDetection$/, 'zero-shot-object-detection'],
  [/ForObjectDetection$/, 'object-detection'],
  [/For(?:Semantic|Image|Instance|Universal)Segmentation$/, 'image-segmentation'],
  [/ForMaskGeneration$|^SamModel$|^Sam2Model$/, 'mask-generation'],
  [/ForImageClassification(?:WithTeacher)?$/, 'image-classification'],
  [/ForVideoClassification$/, 'video-classification'],
  [/ForAudioClassification$/, 'audio-classification'],
  [/ForDepthEstimation$/, 'depth-estimation'],
  [/ForKeypointDetection$|ForPoseEstimation$/, 'keypoint-detection'],
  [
    /ForCTC$|ForSpeechSeq2Seq$|^Whisper\w*ForConditionalGeneration$|^Speech2TextForConditionalGeneration$/,
    'automatic-speech-recognition',
  ],
  [/ForTextToWaveform$|^MusicgenForConditionalGeneration$/, 'text-to-audio'],
  [/ForTextToSpectrogram$|ForTextToSpeech$|^VitsModel$/, 'text-to-speech'],
  [/^MarianMTModel$|^M2M100ForConditionalGeneration$/, 'translation'],
  [/^Pegasus\w*ForConditionalGeneration$/, 'summarization'],
  [
    /^(?:Llava|Qwen2VL|Qwen2_5_VL|Qwen3VL|Mllama|Idefics|Paligemma|PaliGemma|Gemma3|InternVL)\w*ForConditionalGeneration$|ForImageTextToText$/,
    'image-text-to-text',
  ],
  [/ForPrediction$|ForTimeSeriesPrediction$/, 'time-series-forecasting'],
  [/^(?:CLIP|ChineseCLIP|Siglip|Siglip2|AltCLIP|Align)Model$/, 'zero-shot-image-classification'],
]

/** The model's task, by the Hub's name: from its card, its files, its architecture, or its tags. */
export function deriveTask(evidence: Evidence): string | undefined {
  const { card, config } = evidence
  if (card.pipeline_tag !== undefined && isTask(card.pipeline_tag)) return card.pipeline_tag
  const [architecture = ''] = textsIn(config, 'architectures')
  return (
    fileTask(evidence) ??
    architectureTasks.find(([pattern]) => pattern.test(architecture))?.[1] ??
    card.tags.find(isTask) ??
    // A family's base model returns embeddings.
    (/Model(?:WithProjection)?$/.test(architecture) ? vectorTask(evidence) : undefined) ??
    operatorTask(evidence)
  )
}

/** Text embeddings, or image embeddings where the graphs only take images. */
function vectorTask({ onnx }: Evidence): string {
  const takes = onnx.flatMap(({ inputs = [] }) => inputs)
  return takes.length > 0 && takes.every((name) => name === 'pixel_values')
    ? 'image-feature-extraction'
    : 'feature-extraction'
}

/** The task behind characteristic files of one library. */
function fileTask({ config, adapter, paths }: Evidence): string | undefined {
  const sklearn = textIn(fieldIn(config, 'sklearn'), 'task')
  if (sklearn !== undefined && isTask(sklearn)) return sklearn
  if (paths.includes('modules.json') || paths.includes('1_Pooling/config.json')) return 'sentence-similarity'
  if (paths.some((path) => towersOf(path)?.vision === path && paths.includes(towersOf(path)?.text ?? '')))
    return 'zero-shot-image-classification'
  return adapterTasks.get(textIn(adapter, 'task_type') ?? '')
}

/** `TaskType` of peft. */
const adapterTasks = new Map([
  ['CAUSAL_LM', 'text-generation'],
  ['SEQ_CLS', 'text-classification'],
  ['TOKEN_CLS', 'token-classification'],
  ['QUESTION_ANS', 'question-answering'],
  ['FEATURE_EXTRACTION', 'feature-extraction'],
])

/** Operators that only graphs of classical models have (github.com/onnx/onnx, `Operators-ml.md`). */
function operatorTask({ onnx }: Evidence): string | undefined {
  const operators = new Set(onnx.flatMap((graph) => [...graph.operators]))
  if (classifiers.some((operator) => operators.has(operator))) return 'tabular-classification'
  return regressors.some((operator) => operators.has(operator)) ? 'tabular-regression' : undefined
}

const classifiers = ['LinearClassifier', 'TreeEnsembleClassifier', 'SVMClassifier', 'ZipMap']
const regressors = ['LinearRegressor', 'TreeEnsembleRegressor', 'SVMRegressor']
