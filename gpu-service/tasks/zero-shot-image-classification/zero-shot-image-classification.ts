import { towersOf } from '../../../shared/model/towers.ts'
import { createEmbeddings } from '../feature-extraction/embeddings.ts'
import { readPrompts } from '../feature-extraction/prompts.ts'
import { openPictureModel } from '../image/picture-model.ts'
import { pictureRows, pictureWarmUp } from '../image/picture-rows.ts'
import { labelScores } from '../label-scores.ts'
import type { ModelSource, OpenedTask, Task } from '../task.ts'
import { tokenizerCapability } from '../text/tokenizer-capability.ts'
import { timingOf } from '../timing.ts'
import { answersJson } from '../write-json.ts'
import { clipOutputs } from './clip-graphs.ts'
import { describeClip } from './describe-clip.ts'
import { jointGraphs } from './joint-graphs.ts'
import { readLabelRequest } from './label-request.ts'
import { labelVectorsOf } from './label-vectors.ts'
import { learnScoring, scoreModel } from './score-graph.ts'
import { scoreTexts } from './scoring.ts'
import { openTextTower } from './text-tower.ts'
import { clipScoring, twoTowers } from './two-towers.ts'

/** Scores pictures against labels from the request, with CLIP and similar models. */
export const zeroShotImageClassification: Task = {
  name: 'zero-shot-image-classification',

  filesWith: (file) => Object.values(towersOf(file) ?? {}).filter((tower) => tower !== file),

  async open(source: ModelSource): Promise<OpenedTask> {
    const { files, file, settings } = source
    const towers = towersOf(file)
    const graphs = towers === undefined ? await jointGraphs(source) : await twoTowers(source, towers)
    const { score } = graphs
    const picture = await openPictureModel({ files, ...graphs.image, run: settings })
    const text = await openTextTower({ files, ...graphs.text, settings })
    const prompts = await readPrompts(files)
    const imageModel = pictureRows({ ...graphs.image, picture, graph: 'image', output: clipOutputs.image })
    const apply = text.isSiglip ? 'sigmoid' : 'softmax'
    return {
      graphs: { image: graphs.image.path, text: graphs.text.path, ...(score && { score: score.path }) },
      describe: { scores: apply, maxTokens: text.maxTokens, ...picture.describe, ...describeClip(graphs) },
      warmUp: [...pictureWarmUp({ model: imageModel, picture }), ...text.warmUp],
      serve(createBatcher) {
        const images = createBatcher(imageModel)
        const texts = createBatcher(text.model)
        const scoring = score ? learnScoring(createBatcher(scoreModel(score.type))) : async () => clipScoring
        const vectorsOf = labelVectorsOf({ batcher: texts, texts: text.texts })
        const embeddings = createEmbeddings({ ...text, ...vectorKind, batcher: texts, prompts })
        return {
          capabilities: { embeddings, tokenizer: tokenizerCapability(text.tokenizer) },
          async pipeline({ inputs, parameters, options }) {
            const asked = readLabelRequest(parameters)
            const { planes, isList } = await picture.readInputs({ inputs, asker: options })
            const [seen, labels] = await Promise.all([
              images.submitAll(planes, options),
              vectorsOf(asked.texts, options),
            ])
            const how = await scoring(seen[0]?.output.length ?? 0)
            const json = await answersJson({
              items: seen,
              isList,
              write({ output }) {
                const logits = scoreTexts({ image: output, texts: labels.vectors, scoring: how })
                return JSON.stringify(labelScores({ logits, names: asked.labels, apply, topK: asked.labels.length }))
              },
              signal: options.signal,
            })
            return { json, timing: timingOf([...seen, ...labels.results]) }
          },
        }
      },
    }
  },
}

/** Text vectors are returned as they are in the graph. */
const vectorKind = { normalizes: false, hasRaw: false, hasTokens: false, width: {} }
