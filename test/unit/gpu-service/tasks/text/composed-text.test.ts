import { expect, it } from 'vitest'
import { alignText } from '../../../../../gpu-service/tasks/text/aligned-text.ts'
import { composeAligned } from '../../../../../gpu-service/tasks/text/composed-text.ts'

// As tokenizers.normalizers of tokenizers 0.23 gives them: each character of the result, and where its source starts.
it.each([
  ['NFC', 'e\u0301\u0302\u0303\u0304', '\u00e9\u0302\u0303\u0304', [0, 2, 3, 4]],
  ['NFC', 'e\u0323\u0301', '\u1eb9\u0301', [0, 2]],
  ['NFC', 'e\u0301\u0323', '\u1eb9\u0301', [0, 2]],
  ['NFC', '\u00e9\u0302', '\u00e9\u0302', [0, 1]],
  ['NFC', '\u1112\u1161\u11ab\u1100', '\ud55c\u1100', [0, 3]],
  ['NFC', 'a\u0300\u0301o\u0308\u0304n\u0303', '\u00e0\u0301\u022b\u00f1', [0, 2, 3, 6]],
  ['NFC', '\u0344a', '\u0308\u0301a', [0, 0, 1]],
  ['NFC', '\ud558\u11ab', '\ud55c', [0]],
  ['NFKC', '\ufb01\u0301', 'f\u00ed', [0, 1]],
  ['NFKC', '\u00bd\u0301', '1\u20442\u0301', [0, 0, 0, 1]],
  ['NFKC', 'ｶﾞｿﾘﾝ ﾊﾟﾝ', '\u30ac\u30bd\u30ea\u30f3 \u30d1\u30f3', [0, 2, 3, 4, 5, 6, 8]],
  ['NFKC', '\u3131\u314f\u3133', '\uac03', [0]],
  ['NFKC', '\u314b\u314b\u314b \u3147\u314f', '\u110f\u110f\u110f \uc544', [0, 1, 2, 3, 4]],
] as const)(
  'each character of a composed text maps to its source as in Python: %s of %j',
  (form, text, made, places) => {
    const aligned = composeAligned(alignText(text), form)
    expect(aligned.text).toBe(made)
    expect(aligned.starts).toEqual(places)
    expect(aligned.ends).toEqual(places.map((place) => place + 1))
  },
)
