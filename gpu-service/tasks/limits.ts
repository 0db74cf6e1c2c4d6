/** The most inputs per request, in every protocol and task. */
export const inputsMax = 2048
