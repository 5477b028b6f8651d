/** The number, or `null` where a training that diverged left none: JSON has no NaN, and a comparison with it says nothing. */
export const finite = (value: number | null): number | null => (Number.isFinite(value) ? value : null);
