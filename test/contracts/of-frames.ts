/** Those of the letters that are about frames. */
export const ofFrames = <Letter extends { kind: string }>(letters: readonly Letter[]) =>
  letters.filter((letter): letter is Extract<Letter, { kind: 'frame' }> => letter.kind === 'frame');
