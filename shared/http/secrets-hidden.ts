/** Masks our own secrets in a text: keys, refresh tokens, invitations and access tokens. */
export const secretsHidden = (text: string): string =>
  text
    .replaceAll(/hf_[A-Za-z0-9]{20,}/g, 'hf_…')
    .replaceAll(/(rt|in)_[0-9a-f]{16,}/g, '$1_…')
    .replaceAll(/eyJ[\w-]{10,}(?:\.[\w-]*)*/g, 'eyJ…')
