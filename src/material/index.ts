/** The user's own files: found, hashed, and extracted to text with what was lost. */
export { decodeText } from "./decode.ts";
export {
  type Content,
  type Extract,
  type ImageData,
  type MaterialKind,
  materialLimits,
  type Section,
} from "./extract.ts";
export { type Extractor, openExtractor } from "./extractor.ts";
export { findFiles } from "./find.ts";
export { imageReader, type ReadImage } from "./image-reader.ts";
