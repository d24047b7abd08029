export function randomSource(seed: number): () => number;
