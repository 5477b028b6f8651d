/** Singular values in plain loops, to hold faster ways to. */

/** Row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: ArrayLike<number>;
}

/** From the largest to the smallest; as many as the shorter side is long. */
export const singularValues = (matrix: Matrix): number[] =>
  orthogonalColumns(tall(matrix))
    .turned.map(length)
    .sort((a, b) => b - a);

/** U·Vᵀ of the matrix U·Σ·Vᵀ, the nearest one whose singular values are all 1. The matrix has full rank. */
export function polarFactor(matrix: Matrix): number[] {
  const { rows, columns } = matrix;
  const { turned, turns } = orthogonalColumns(tall(matrix));
  const units = turned.map((column) => column.map((entry) => entry / length(column)));
  const entry = (long: number, short: number) =>
    units.reduce((sum, unit, at) => sum + unit[long]! * turns[at]![short]!, 0);
  return Array.from({ length: rows * columns }, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    return rows >= columns ? entry(row, column) : entry(column, row);
  });
}

const length = (column: readonly number[]) => Math.hypot(...column);
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, entry, at) => sum + entry * b[at]!, 0);

/** The columns of the matrix, or its rows where these are fewer. */
function tall({ rows, columns, data }: Matrix): number[][] {
  const [across, along] = rows >= columns ? [columns, rows] : [rows, columns];
  const [step, next] = rows >= columns ? [columns, 1] : [1, columns];
  return Array.from({ length: across }, (_, at) =>
    Array.from({ length: along }, (_, to) => data[to * step + at * next]!),
  );
}

/**
 * One-sided Jacobi: pairs of columns are turned until all are orthogonal. `turned` are then σ·u, and `turns` the columns
 * of V.
 *
 * @see Golub & Van Loan, Matrix Computations, 4th edition, §8.6.3
 */
function orthogonalColumns(columns: readonly (readonly number[])[]) {
  const turned = columns.map((column) => [...column]);
  const turns = columns.map((_, at) => columns.map((_, other) => (at === other ? 1 : 0)));
  for (let isDone = false; !isDone; ) {
    isDone = true;
    for (let p = 0; p < turned.length; p++)
      for (let q = p + 1; q < turned.length; q++) {
        const [a, b] = [turned[p]!, turned[q]!];
        const overlap = dot(a, b);
        const isTurned = Math.abs(overlap) > 1e-14 * length(a) * length(b);
        if (!isTurned) continue;
        isDone = false;
        const angle = Math.atan2(2 * overlap, dot(a, a) - dot(b, b)) / 2;
        for (const vectors of [turned, turns]) turn(vectors[p]!, vectors[q]!, angle);
      }
  }
  return { turned, turns };
}

function turn(a: number[], b: number[], angle: number) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (const [at, left] of a.entries()) {
    const right = b[at]!;
    a[at] = cos * left + sin * right;
    b[at] = cos * right - sin * left;
  }
}
