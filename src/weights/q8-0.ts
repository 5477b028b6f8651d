/**
 * ggml's q8_0: blocks of 32 values, each a half-precision scale and 32 signed bytes, 34 bytes in all. The arithmetic is
 * float32 step by step, so that the bytes equal those of `quantize_row_q8_0_ref` in llama.cpp's ggml-quants.c.
 */
import { halfFromFloat } from "./half.ts";

export const q8BlockValues = 32;
export const q8BlockBytes = 34;

/**
 * Quantises to q8_0: scale = max|x| / 127, bytes = x / scale rounded half away from zero.
 *
 * The error of one value is at most about 0.57 scales: half a step, and up to 127 times the rounding of the scale
 * (2⁻¹¹ of it).
 *
 * @param values  as many as a multiple of 32; throws a RangeError otherwise
 */
export function quantizeQ8(values: Float32Array): Uint8Array<ArrayBuffer> {
  if (values.length % q8BlockValues !== 0)
    throw new RangeError(`q8_0 needs a multiple of ${q8BlockValues} values, not ${values.length}`);
  const blocks = values.length / q8BlockValues;
  const view = new DataView(new ArrayBuffer(blocks * q8BlockBytes));
  for (let block = 0; block < blocks; block++) {
    const first = block * q8BlockValues;
    let largest = 0;
    for (let index = 0; index < q8BlockValues; index++) largest = Math.max(largest, Math.abs(values[first + index]!));
    const scale = Math.fround(largest / 127);
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    view.setUint16(block * q8BlockBytes, halfFromFloat(scale), true);
    for (let index = 0; index < q8BlockValues; index++) {
      const scaled = Math.fround(values[first + index]! * inverse);
      view.setInt8(block * q8BlockBytes + 2 + index, Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5));
    }
  }
  return new Uint8Array(view.buffer);
}
