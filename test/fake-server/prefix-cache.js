export function prefixCache(slots) {
  // The least recently used first.
  const sequences = [];
  return {
    run(tokens) {
      let best = -1;
      let longest = 0;
      for (const [slot, sequence] of sequences.entries()) {
        const common = commonPrefix(sequence, tokens);
        if (common > longest) [best, longest] = [slot, common];
      }
      // A slot of another text is taken over only when none is free.
      const similar = best >= 0 && longest > tokens.length / 10;
      if (similar) sequences.splice(best, 1);
      else if (sequences.length >= slots) sequences.shift();
      sequences.push(tokens);
      return {
        cachedTokens: similar ? Math.min(longest, Math.max(tokens.length - 1, 0)) : 0,
        extend(more) {
          const slot = sequences.indexOf(tokens);
          if (slot >= 0) sequences[slot] = [...tokens, ...more];
        },
      };
    },
  };
}
export function tokenise(text) {
  return text.match(/\s*\S+/g) ?? [];
}
function commonPrefix(a, b) {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a[length] === b[length]) length += 1;
  return length;
}
