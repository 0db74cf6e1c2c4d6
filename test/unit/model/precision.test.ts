import { describe, expect, it } from 'vitest'
import { explainPrecision, precisionOf } from '../../../shared/model/precision.ts'

describe('the precision of an ONNX file', () => {
  it.each([
    ['onnx/model.onnx', 'onnx/model', 'fp32'],
    ['onnx/model_fp32.onnx', 'onnx/model', 'fp32'],
    ['onnx/model_O3.onnx', 'onnx/model', 'fp32'],
    ['onnx/model_O4.onnx', 'onnx/model', 'fp16'],
    ['onnx/model_fp16.onnx', 'onnx/model', 'fp16'],
    ['onnx/model_int8.onnx', 'onnx/model', 'int8'],
    ['onnx/model_uint8.onnx', 'onnx/model', 'int8'],
    ['onnx/model_quantized.onnx', 'onnx/model', 'int8'],
    ['onnx/model_qint8_avx512_vnni.onnx', 'onnx/model', 'int8'],
    ['onnx/model_quint8_avx2.onnx', 'onnx/model', 'int8'],
    ['onnx/model_q4.onnx', 'onnx/model', 'q4'],
    ['onnx/model_q4f16.onnx', 'onnx/model', 'q4'],
    ['onnx/model_bnb4.onnx', 'onnx/model', 'q4'],
    ['onnx/text_model_fp16.onnx', 'onnx/text_model', 'fp16'],
    ['random-forest.int8.onnx', 'random-forest', 'int8'],
    ['point8.onnx', 'point8', 'fp32'],
  ])('of %s: stem %s, %s', (path, stem, precision) => {
    expect(precisionOf(path)).toMatchObject({ stem, precision })
  })
})

describe('the reason why a file is served', () => {
  it.each([
    ['onnx/model.onnx', undefined, 'cpu', 'fp32', 'the default on cpu: the answers of the published weights'],
    ['onnx/model_fp16.onnx', undefined, 'cuda', 'fp16', 'the default on cuda: half the memory'],
    ['onnx/model_int8.onnx', undefined, 'cpu', 'int8', 'the revision has no fp32 file, the default on cpu'],
    ['onnx/model_int8.onnx', 'int8', 'cpu', 'int8', 'the deployment asks for int8'],
    ['onnx/model_int8.onnx', 'onnx/model_int8.onnx', 'cpu', 'int8', 'the deployment names this file'],
  ] as const)('%s for %s on %s', (file, asked, device, precision, why) => {
    const explained = explainPrecision({ file, asked, device })
    expect(explained.precision).toBe(precision)
    expect(explained.why).toContain(why)
  })
})
