/** The most inputs of one request, in every protocol and task. */
export const inputsMax = 2048
